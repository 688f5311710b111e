// The primitives of AVX2, under the names that templates use. Codes are unsigned bytes (CK_CODE_OFFSET 128). An
// includer that uses more than AVX2 has defined CK_TARGET; target__avxvnni.h says what more.
#ifndef CK_VECTOR_AVX2_H
#define CK_VECTOR_AVX2_H

#include "requantize.h"
#include "template.h"

#include <immintrin.h>

#if !defined(CK_TARGET)
#define CK_TARGET __attribute__((target("avx2")))
#endif

// Sums: 32-bit lanes.
#define V32 __m256i
#define LANES32 8
CK_TARGET static inline V32 load32(const void *v) { return _mm256_loadu_si256((const __m256i *)v); }
CK_TARGET static inline void store32(void *out, V32 v) { _mm256_storeu_si256((__m256i *)out, v); }
CK_TARGET static inline V32 zero32(void) { return _mm256_setzero_si256(); }
CK_TARGET static inline V32 splat32(int32_t x) { return _mm256_set1_epi32(x); }
CK_TARGET static inline V32 add32(V32 a, V32 b) { return _mm256_add_epi32(a, b); }
CK_TARGET static inline V32 sub32(V32 a, V32 b) { return _mm256_sub_epi32(a, b); }
CK_TARGET static inline V32 multiply32(V32 a, V32 b) { return _mm256_mullo_epi32(a, b); }
CK_TARGET static inline V32 max32(V32 a, V32 b) { return _mm256_max_epi32(a, b); }
CK_TARGET static inline V32 min32(V32 a, V32 b) { return _mm256_min_epi32(a, b); }
CK_TARGET static inline V32 quarter(V32 a) { return _mm256_srai_epi32(a, 2); }
CK_TARGET static inline V32 sixtyfourth(V32 a) { return _mm256_srai_epi32(a, 6); }
CK_TARGET static inline V32 quadruple32(V32 a) { return _mm256_slli_epi32(a, 2); }

// Four bytes in every lane.
CK_TARGET static inline V32 broadcast32(const void *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm256_set1_epi32(four);
}

CK_TARGET static inline int32_t sum_of_lanes(V32 v) {
  __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
  return _mm_cvtsi128_si32(s);
}

// Codes and weights, widened to 16-bit lanes.
#define V16 __m256i
#define LANES16 16
CK_TARGET static inline V16 load_codes16(const void *x) {
  return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)x));
}
CK_TARGET static inline V16 load_weights16(const void *w) {
  return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w));
}
CK_TARGET static inline void store16(int16_t *out, V16 v) { _mm256_storeu_si256((__m256i *)out, v); }
CK_TARGET static inline V16 splat16(int32_t x) { return _mm256_set1_epi16((int16_t)x); }
CK_TARGET static inline V16 add16(V16 a, V16 b) { return _mm256_add_epi16(a, b); }
CK_TARGET static inline V16 sub16(V16 a, V16 b) { return _mm256_sub_epi16(a, b); }
CK_TARGET static inline V16 quadruple16(V16 a) { return _mm256_slli_epi16(a, 2); }
CK_TARGET static inline V16 add16_saturating(V16 a, V16 b) { return _mm256_adds_epi16(a, b); }
CK_TARGET static inline void widened(V16 v, V32 wide[2]) {
  wide[0] = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(v));
  wide[1] = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(v, 1));
}
// Pairs of 16-bit numbers times pairs, both products added; and added to sums, which vpdpwssd does at once.
CK_TARGET static inline V32 multiply_pairs(V16 a, V16 b) { return _mm256_madd_epi16(a, b); }
#if defined(CK_HAS_AVXVNNI)
CK_TARGET static inline V32 add_pairs(V32 sums, V16 a, V16 b) { return _mm256_dpwssd_avx_epi32(sums, a, b); }
#else
CK_TARGET static inline V32 add_pairs(V32 sums, V16 a, V16 b) { return add32(sums, multiply_pairs(a, b)); }
#endif

// Products: floats.
#define F32 __m256
CK_TARGET static inline F32 load_floats(const float *x) { return _mm256_loadu_ps(x); }
CK_TARGET static inline F32 splat_float(float x) { return _mm256_set1_ps(x); }
CK_TARGET static inline F32 floats_of(V32 a) { return _mm256_cvtepi32_ps(a); }
CK_TARGET static inline F32 add_floats(F32 a, F32 b) { return _mm256_add_ps(a, b); }
CK_TARGET static inline F32 multiply_floats(F32 a, F32 b) { return _mm256_mul_ps(a, b); }
// To nearest even. cvtps2dq makes INT_MIN of what is too large, so large products are cut; what is too small becomes
// INT_MIN rightly.
CK_TARGET static inline V32 rounded(F32 a) {
  return _mm256_cvtps_epi32(_mm256_min_ps(a, _mm256_set1_ps(CK_PRODUCT_LIMIT)));
}
// vpackssdw works within 128-bit halves; the permutation restores the order.
CK_TARGET static inline V16 rounded16(F32 a, F32 b) {
  return _mm256_permute4x64_epi64(_mm256_packs_epi32(rounded(a), rounded(b)), 0xd8);
}

// LANES16 codes less their zero point, widened to 32 bits.
CK_TARGET static inline void load_code_words(const ck_code *x, V32 zero_point, V32 words[2]) {
  for (int i = 0; i < 2; i++)
    words[i] = sub32(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(x + 8 * i))), zero_point);
}

// LANES16 codes.
#define CODES __m128i
CK_TARGET static inline CODES splat_codes(int32_t x) { return _mm_set1_epi8((char)x); }
CK_TARGET static inline CODES codes_of(V16 words) {
  return _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}
CK_TARGET static inline CODES max_codes(CODES a, CODES b) { return _mm_max_epu8(a, b); }
CK_TARGET static inline CODES min_codes(CODES a, CODES b) { return _mm_min_epu8(a, b); }
CK_TARGET static inline CODES load_codes(const ck_code *x) { return _mm_loadu_si128((const __m128i *)x); }
CK_TARGET static inline void store_codes(ck_code *out, CODES v) { _mm_storeu_si128((__m128i *)out, v); }

// LANES32 numbers in 0 ... 255 as codes, the first LANES32 of the vector.
CK_TARGET static inline CODES codes_of32(V32 v) {
  __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  return _mm_packus_epi16(words, words);
}
CK_TARGET static inline void store_codes32(ck_code *out, CODES v) { _mm_storel_epi64((__m128i *)out, v); }

// As many codes as fit.
#define V8 __m256i
#define LANES8 32
CK_TARGET static inline V8 load8(const void *x) { return _mm256_loadu_si256((const __m256i *)x); }
CK_TARGET static inline void store8(ck_code *out, V8 v) { _mm256_storeu_si256((__m256i *)out, v); }
CK_TARGET static inline V8 least8(void) { return _mm256_setzero_si256(); }
CK_TARGET static inline V8 max8(V8 a, V8 b) { return _mm256_max_epu8(a, b); }

#endif
