// The primitives of AVX-512 with VNNI for kernels that read words, and their requantization and storing.
#ifndef CK_WORDS_AVX512_H
#define CK_WORDS_AVX512_H

#include "requantize16.h"
#include "vector__avx512.h"

// vpdpwssd multiplies pairs of words and adds both products in 32 bits, without saturation.
CK_TARGET static inline V32 dot2(V32 acc, V32 x, V32 w) { return _mm512_dpwssd_epi32(acc, x, w); }
// 32 weights, widened.
CK_TARGET static inline V32 load_weights16(const void *w) {
  return _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)w));
}
// To nearest even; only large products are cut, as in `rounded`.
CK_TARGET static inline V32 rounded_product(F32 a) {
  return _mm512_cvtps_epi32(_mm512_min_ps(a, _mm512_set1_ps(CK_PRODUCT16_LIMIT)));
}
// LANES32 numbers that are words.
CK_TARGET static inline void store_words(int16_t *out, V32 v) {
  _mm256_storeu_si256((__m256i *)out, _mm512_cvtepi32_epi16(v));
}
CK_TARGET static inline void store_codes32(ck_code *out, CODES v) { _mm_storeu_si128((__m128i *)out, v); }

#include "store16_template.h"

#endif
