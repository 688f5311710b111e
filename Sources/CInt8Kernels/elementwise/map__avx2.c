#if defined(__x86_64__)

#include "../support/template.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx2")))

// A shuffle looks up 16 entries by four bits, and gives 0 where the highest bit is set. Codes below 128 are moved such
// that those of the parts up to shuffle i's own keep that bit clear: what they find there is by how much a part differs
// from the next one, and all together its entry. Codes from 128 on are looked up in the same way by their lower bits.
typedef struct {
  __m256i parts[16];
} map_table;

CK_TARGET static inline void load_table(map_table *table, const ck_code *entries) {
  for (int i = 0; i < 16; i++)
    table->parts[i] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(entries + 16 * i)));
  for (int i = 0; i < 16; i++)
    if (i % 8 < 7) table->parts[i] = _mm256_xor_si256(table->parts[i], table->parts[i + 1]);
}

CK_TARGET static inline void map_step(const map_table *table, const uint8_t *in, ck_code *out) {
  const __m256i low = _mm256_loadu_si256((const __m256i *)in), high = _mm256_xor_si256(low, _mm256_set1_epi8(-128));
  __m256i found = _mm256_setzero_si256();
  UNROLL_FOR (int i = 0; i < 16; i++) {
    // Saturation keeps what is beyond part i at 0x80 and more.
    const __m256i place = _mm256_adds_epu8(i < 8 ? low : high, _mm256_set1_epi8((char)(0x70 - 16 * (i % 8))));
    found = _mm256_xor_si256(found, _mm256_shuffle_epi8(table->parts[i], place));
  }
  _mm256_storeu_si256((__m256i *)out, found);
}

#define LANES 32
#define NAME ck_s8_map__avx2

#include "map_template.h"

#endif
