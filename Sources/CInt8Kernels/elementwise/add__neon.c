#if defined(__aarch64__)

#include "../support/requantize.h"

#include <arm_neon.h>

ck_run ck_qs8_add__scalar;

// Four codes as float(q - zero point) * multiplier.
static inline float32x4_t summand(int16x4_t codes, int32_t zero_point, float multiplier) {
  int32x4_t wide = vsubq_s32(vmovl_s16(codes), vdupq_n_s32(zero_point));
  return vmulq_n_f32(vcvtq_f32_s32(wide), multiplier);
}

// Four sums in 16 bits, without the zero point. fcvtns rounds to nearest even and saturates.
static inline int16x4_t sums(const ck_add *add, int16x4_t a, int16x4_t b) {
  // Two multiplications and an addition, which requantize.h forbids to join.
  float32x4_t first = summand(a, add->zero_points[0], add->multipliers[0]);
  float32x4_t second = summand(b, add->zero_points[1], add->multipliers[1]);
  return vqmovn_s32(vcvtnq_s32_f32(vaddq_f32(first, second)));
}

void ck_qs8_add__neon(const void *operation, size_t first, size_t end) {
  const ck_add *add = operation;
  const ck_code *a = add->io.input, *b = add->io.other;
  ck_code *out = add->io.output;
  const int16x8_t zero_point = vdupq_n_s16((int16_t)add->zero_point);
  const int8x8_t low = vdup_n_s8((int8_t)add->low), high = vdup_n_s8((int8_t)add->high);
  size_t i = first;
  for (; i + 8 <= end; i += 8) {
    int16x8_t left = vmovl_s8(vld1_s8(a + i)), right = vmovl_s8(vld1_s8(b + i));
    int16x8_t words = vcombine_s16(sums(add, vget_low_s16(left), vget_low_s16(right)),
                                   sums(add, vget_high_s16(left), vget_high_s16(right)));
    vst1_s8(out + i, vmin_s8(vmax_s8(vqmovn_s16(vqaddq_s16(words, zero_point)), low), high));
  }
  ck_qs8_add__scalar(operation, i, end);
}

#endif
