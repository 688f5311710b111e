// The primitives of AVX-512 with VNNI, under the names that templates use. Codes are unsigned bytes (CK_CODE_OFFSET
// 128).
#ifndef CK_VECTOR_AVX512_H
#define CK_VECTOR_AVX512_H

#include "requantize.h"
#include "template.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

// Sums: 32-bit lanes.
#define V32 __m512i
#define LANES32 16
CK_TARGET static inline V32 load32(const void *v) { return _mm512_loadu_si512(v); }
CK_TARGET static inline void store32(void *out, V32 v) { _mm512_storeu_si512(out, v); }
CK_TARGET static inline V32 zero32(void) { return _mm512_setzero_si512(); }
CK_TARGET static inline V32 splat32(int32_t x) { return _mm512_set1_epi32(x); }
CK_TARGET static inline V32 add32(V32 a, V32 b) { return _mm512_add_epi32(a, b); }
CK_TARGET static inline V32 max32(V32 a, V32 b) { return _mm512_max_epi32(a, b); }
CK_TARGET static inline V32 min32(V32 a, V32 b) { return _mm512_min_epi32(a, b); }
CK_TARGET static inline int32_t sum_of_lanes(V32 v) { return _mm512_reduce_add_epi32(v); }

// Four bytes in every lane.
CK_TARGET static inline V32 broadcast32(const void *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm512_set1_epi32(four);
}

// vpdpbusd multiplies four unsigned by four signed bytes and adds all products in 32 bits, without saturation.
CK_TARGET static inline V32 dot4(V32 acc, V32 x, V32 w) { return _mm512_dpbusd_epi32(acc, x, w); }

// Products: floats.
#define F32 __m512
CK_TARGET static inline F32 load_floats(const float *x) { return _mm512_loadu_ps(x); }
CK_TARGET static inline F32 floats_of(V32 a) { return _mm512_cvtepi32_ps(a); }
CK_TARGET static inline F32 multiply_floats(F32 a, F32 b) { return _mm512_mul_ps(a, b); }
// To nearest even. cvtps2dq makes INT_MIN of what is too large, so large products are cut; what is too small becomes
// INT_MIN rightly.
CK_TARGET static inline V32 rounded(F32 a) {
  return _mm512_cvtps_epi32(_mm512_min_ps(a, _mm512_set1_ps(CK_PRODUCT_LIMIT)));
}

// LANES32 numbers in 0 ... 255 as codes.
#define CODES __m128i
CK_TARGET static inline CODES codes_of32(V32 v) { return _mm512_cvtepi32_epi8(v); }

#endif
