// The primitives of pair_template.h with AVX-512: 32 codes a step. Packing works within 128-bit lanes, and codes_of
// restores the order.
#ifndef CK_PAIR_AVX512_H
#define CK_PAIR_AVX512_H

#include "../support/vector__avx512.h"

CK_TARGET static inline F32 splat_float(float x) { return _mm512_set1_ps(x); }
CK_TARGET static inline F32 add_floats(F32 a, F32 b) { return _mm512_add_ps(a, b); }

#define V16 __m512i
#define LANES16 32
CK_TARGET static inline V16 splat16(int32_t x) { return _mm512_set1_epi16((int16_t)x); }
CK_TARGET static inline V16 add16_saturating(V16 a, V16 b) { return _mm512_adds_epi16(a, b); }
CK_TARGET static inline V16 rounded16(F32 a, F32 b) { return _mm512_packs_epi32(rounded(a), rounded(b)); }
CK_TARGET static inline void load_code_words(const ck_code *x, V32 zero_point, V32 words[2]) {
  for (int i = 0; i < 2; i++)
    words[i] = _mm512_sub_epi32(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(x + 16 * i))), zero_point);
}

#undef CODES
#define CODES __m256i
CK_TARGET static inline CODES splat_codes(int32_t x) { return _mm256_set1_epi8((char)x); }
CK_TARGET static inline CODES codes_of(V16 words) {
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 0, 4, 8, 12, 1, 5, 9, 13);
  return _mm512_castsi512_si256(_mm512_permutexvar_epi32(order, _mm512_packus_epi16(words, words)));
}
CK_TARGET static inline CODES max_codes(CODES a, CODES b) { return _mm256_max_epu8(a, b); }
CK_TARGET static inline CODES min_codes(CODES a, CODES b) { return _mm256_min_epu8(a, b); }
CK_TARGET static inline void store_codes(ck_code *out, CODES v) { _mm256_storeu_si256((__m256i *)out, v); }

#endif
