// The primitives of NEON, under the names that templates use. Codes are signed bytes (CK_CODE_OFFSET 0). An includer
// that uses more than plain NEON has defined CK_TARGET.
#ifndef CK_VECTOR_NEON_H
#define CK_VECTOR_NEON_H

#include "requantize.h"
#include "template.h"

#include <arm_neon.h>

#if !defined(CK_TARGET)
#define CK_TARGET
#endif

// Sums: 32-bit lanes.
#define V32 int32x4_t
#define LANES32 4
CK_TARGET static inline V32 load32(const int32_t *v) { return vld1q_s32(v); }
CK_TARGET static inline void store32(int32_t *out, V32 v) { vst1q_s32(out, v); }
CK_TARGET static inline V32 zero32(void) { return vdupq_n_s32(0); }
CK_TARGET static inline V32 splat32(int32_t x) { return vdupq_n_s32(x); }
CK_TARGET static inline V32 add32(V32 a, V32 b) { return vaddq_s32(a, b); }
CK_TARGET static inline V32 sub32(V32 a, V32 b) { return vsubq_s32(a, b); }
CK_TARGET static inline V32 multiply32(V32 a, V32 b) { return vmulq_s32(a, b); }
CK_TARGET static inline V32 max32(V32 a, V32 b) { return vmaxq_s32(a, b); }
CK_TARGET static inline V32 quarter(V32 a) { return vshrq_n_s32(a, 2); }
CK_TARGET static inline V32 sixtyfourth(V32 a) { return vshrq_n_s32(a, 6); }
CK_TARGET static inline V32 quadruple32(V32 a) { return vshlq_n_s32(a, 2); }
CK_TARGET static inline int32_t sum_of_lanes(V32 v) { return vaddvq_s32(v); }

// Codes and weights, widened to 16-bit lanes.
#define V16 int16x8_t
#define LANES16 8
CK_TARGET static inline V16 load_codes16(const void *x) { return vmovl_s8(vld1_s8(x)); }
CK_TARGET static inline void store16(int16_t *out, V16 v) { vst1q_s16(out, v); }
CK_TARGET static inline V16 splat16(int32_t x) { return vdupq_n_s16((int16_t)x); }
CK_TARGET static inline V16 add16(V16 a, V16 b) { return vaddq_s16(a, b); }
CK_TARGET static inline V16 sub16(V16 a, V16 b) { return vsubq_s16(a, b); }
CK_TARGET static inline V16 quadruple16(V16 a) { return vshlq_n_s16(a, 2); }
CK_TARGET static inline V16 add16_saturating(V16 a, V16 b) { return vqaddq_s16(a, b); }
CK_TARGET static inline void widened(V16 v, V32 wide[2]) {
  wide[0] = vmovl_s16(vget_low_s16(v));
  wide[1] = vmovl_high_s16(v);
}

// Products: floats.
#define F32 float32x4_t
CK_TARGET static inline F32 load_floats(const float *x) { return vld1q_f32(x); }
CK_TARGET static inline F32 splat_float(float x) { return vdupq_n_f32(x); }
CK_TARGET static inline F32 floats_of(V32 a) { return vcvtq_f32_s32(a); }
CK_TARGET static inline F32 add_floats(F32 a, F32 b) { return vaddq_f32(a, b); }
CK_TARGET static inline F32 multiply_floats(F32 a, F32 b) { return vmulq_f32(a, b); }
// fcvtns rounds to nearest even and saturates, and so does the narrowing move.
CK_TARGET static inline V16 rounded16(F32 a, F32 b) {
  return vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(a)), vqmovn_s32(vcvtnq_s32_f32(b)));
}

// LANES16 codes less their zero point, widened to 32 bits.
CK_TARGET static inline void load_code_words(const ck_code *x, V32 zero_point, V32 words[2]) {
  V16 differences = vsubl_s8(vld1_s8(x), vdup_n_s8((int8_t)vgetq_lane_s32(zero_point, 0)));
  words[0] = vmovl_s16(vget_low_s16(differences));
  words[1] = vmovl_high_s16(differences);
}

// LANES16 codes.
#define CODES int8x8_t
CK_TARGET static inline CODES splat_codes(int32_t x) { return vdup_n_s8((int8_t)x); }
CK_TARGET static inline CODES codes_of(V16 words) { return vqmovn_s16(words); }
CK_TARGET static inline CODES max_codes(CODES a, CODES b) { return vmax_s8(a, b); }
CK_TARGET static inline CODES min_codes(CODES a, CODES b) { return vmin_s8(a, b); }
CK_TARGET static inline void store_codes(ck_code *out, CODES v) { vst1_s8(out, v); }

// As many codes as fit.
#define V8 int8x16_t
#define LANES8 16
CK_TARGET static inline V8 load8(const void *x) { return vld1q_s8(x); }
CK_TARGET static inline void store8(ck_code *out, V8 v) { vst1q_s8(out, v); }
CK_TARGET static inline V8 least8(void) { return vdupq_n_s8(-128); }
CK_TARGET static inline V8 max8(V8 a, V8 b) { return vmaxq_s8(a, b); }

#endif
