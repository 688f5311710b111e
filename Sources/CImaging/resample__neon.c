#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#include "resample.h"

#define VECTOR
#define ROWS 1
#define OUTPUTS 1

/// Of columns 0-3, 4-7, 8-11 and 12-15. Weights and samples are at least 0, so that unsigned products serve.
typedef uint32x4x4_t SUMS16;

static inline SUMS16 begin_sums(void) {
  uint32x4_t half = vdupq_n_u32(HALF);
  return (SUMS16){{half, half, half, half}};
}

static inline void add_rows(SUMS16 *sums, const uint8_t *first, const uint8_t *second, const int16_t *weights) {
  (void)second;  // one row at a time
  uint8x16_t bytes = vld1q_u8(first);
  uint16x8_t low = vmovl_u8(vget_low_u8(bytes)), high = vmovl_high_u8(bytes);
  uint16_t weight = (uint16_t)weights[0];
  sums->val[0] = vmlal_n_u16(sums->val[0], vget_low_u16(low), weight);
  sums->val[1] = vmlal_high_n_u16(sums->val[1], low, weight);
  sums->val[2] = vmlal_n_u16(sums->val[2], vget_low_u16(high), weight);
  sums->val[3] = vmlal_high_n_u16(sums->val[3], high, weight);
}

static inline void store_sums(SUMS16 sums, uint8_t *to) {
  uint16x8_t low = vcombine_u16(vshrn_n_u32(sums.val[0], BITS), vshrn_n_u32(sums.val[1], BITS));
  uint16x8_t high = vcombine_u16(vshrn_n_u32(sums.val[2], BITS), vshrn_n_u32(sums.val[3], BITS));
  vst1q_u8(to, vcombine_u8(vmovn_u16(low), vmovn_u16(high)));
}

/// Two samples at a step: R0 G0 B0 R1 and R1 G1 B1 R2, whose fourth lanes do not count.
static inline void pixels_of_3(const ci_axis *axis, size_t i, const uint8_t *from, uint8_t *to) {
  const uint8_t *source = from + (size_t)axis->starts[i] * 3;
  const int16_t *weights = axis->weights + i * axis->stride;
  uint32x4_t sums = vdupq_n_u32(HALF);
  for (size_t k = 0; k < axis->taps; k += 2, source += 6) {
    uint16x8_t samples = vmovl_u8(vld1_u8(source));
    sums = vmlal_n_u16(sums, vget_low_u16(samples), (uint16_t)weights[k]);
    sums = vmlal_n_u16(sums, vget_low_u16(vextq_u16(samples, samples, 3)), (uint16_t)weights[k + 1]);
  }
  uint16x4_t words = vshrn_n_u32(sums, BITS);
  uint32_t pixel = vget_lane_u32(vreinterpret_u32_u8(vmovn_u16(vcombine_u16(words, words))), 0);
  memcpy(to, &pixel, 4);
}

#include "resample_template.h"

const ci_resampler ci_resampler__neon = {"neon", columns, row};
#endif
