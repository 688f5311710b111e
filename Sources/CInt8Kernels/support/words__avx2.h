// The primitives of AVX2 for kernels that read words, and their requantization and storing.
#ifndef CK_WORDS_AVX2_H
#define CK_WORDS_AVX2_H

#include "requantize16.h"
#include "vector__avx2.h"

CK_TARGET static inline V16 load_words(const void *x) { return _mm256_loadu_si256((const __m256i *)x); }
// To nearest even; only large products are cut, as in `rounded`.
CK_TARGET static inline V32 rounded_product(F32 a) {
  return _mm256_cvtps_epi32(_mm256_min_ps(a, _mm256_set1_ps(CK_PRODUCT16_LIMIT)));
}
// LANES32 numbers that are words.
CK_TARGET static inline void store_words(int16_t *out, V32 v) {
  _mm_storeu_si128((__m128i *)out, _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)));
}

#include "store16_template.h"

#endif
