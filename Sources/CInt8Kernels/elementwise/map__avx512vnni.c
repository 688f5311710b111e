#if defined(__x86_64__)

#include "../support/template.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi")))

// A permutation of two registers looks up 128 entries by seven bits; the eighth says in which two.
typedef struct {
  __m512i parts[4];
} map_table;

CK_TARGET static inline void load_table(map_table *table, const ck_code *entries) {
  for (int i = 0; i < 4; i++) table->parts[i] = _mm512_loadu_si512(entries + 64 * i);
}

CK_TARGET static inline void map_step(const map_table *table, const uint8_t *in, ck_code *out) {
  const __m512i codes = _mm512_loadu_si512(in), *parts = table->parts;
  const __m512i low = _mm512_permutex2var_epi8(parts[0], codes, parts[1]);
  const __m512i high = _mm512_permutex2var_epi8(parts[2], codes, parts[3]);
  _mm512_storeu_si512(out, _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(codes), high));
}

#define LANES 64
#define NAME ck_s8_map__avx512vbmi

#include "map_template.h"

ck_run ck_s8_map__avx2, ck_s8_map__avx512vnni;

// As AVX2 does it where the processor has no such permutations.
void ck_s8_map__avx512vnni(const void *operation, size_t first, size_t end) {
  (ccpu_may_use(CCPU_AVX512VBMI) ? ck_s8_map__avx512vbmi : ck_s8_map__avx2)(operation, first, end);
}

#endif
