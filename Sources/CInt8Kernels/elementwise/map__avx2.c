#if defined(__x86_64__)

#include "../support/template.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx2")))

// A shuffle looks up 16 entries by four bits, and gives 0 where the highest bit is set. So of 16 shuffles, each with
// the codes moved such that only those of its own part keep that bit clear, one gives the entry.
typedef struct {
  __m256i parts[16];
} map_table;

CK_TARGET static inline void load_table(map_table *table, const ck_code *entries) {
  for (int i = 0; i < 16; i++)
    table->parts[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(entries + 16 * i)));
}

CK_TARGET static inline void map_step(const map_table *table, const uint8_t *in, ck_code *out) {
  const __m256i codes = _mm256_loadu_si256((const __m256i *)in);
  __m256i found = _mm256_setzero_si256();
  for (int i = 0; i < 16; i++) {
    // 0 to 15 for the codes of part i; saturation brings all others to 0x80 and beyond.
    __m256i place = _mm256_xor_si256(codes, _mm256_set1_epi8((char)(16 * i)));
    place = _mm256_adds_epu8(place, _mm256_set1_epi8(0x70));
    found = _mm256_or_si256(found, _mm256_shuffle_epi8(table->parts[i], place));
  }
  _mm256_storeu_si256((__m256i *)out, found);
}

#define LANES 32
#define NAME ck_s8_map__avx2

#include "map_template.h"

#endif
