// The primitives of SSE4.1 for kernels that read words, and their requantization and storing.
#ifndef CK_WORDS_SSE41_H
#define CK_WORDS_SSE41_H

#include "requantize16.h"
#include "vector__sse41.h"

CK_TARGET static inline V16 load_words(const void *x) { return _mm_loadu_si128((const __m128i *)x); }
// To nearest even; only large products are cut, as in `rounded`.
CK_TARGET static inline V32 rounded_product(F32 a) {
  return _mm_cvtps_epi32(_mm_min_ps(a, _mm_set1_ps(CK_PRODUCT16_LIMIT)));
}
// LANES32 numbers that are words.
CK_TARGET static inline void store_words(int16_t *out, V32 v) {
  _mm_storel_epi64((__m128i *)out, _mm_packs_epi32(v, v));
}

#include "store16_template.h"

#endif
