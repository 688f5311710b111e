#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

#include "resample.h"

/// 16 columns of one output row; weights and samples are at least 0, so that unsigned products serve.
static inline void columns_of_16(const int16_t *weights, size_t taps, const uint8_t *from, size_t stride, uint8_t *to) {
  uint32x4_t a = vdupq_n_u32(HALF), b = a, c = a, d = a;
  for (size_t k = 0; k < taps; k++, from += stride) {
    uint8x16_t bytes = vld1q_u8(from);
    uint16x8_t low = vmovl_u8(vget_low_u8(bytes)), high = vmovl_high_u8(bytes);
    uint16_t weight = (uint16_t)weights[k];
    a = vmlal_n_u16(a, vget_low_u16(low), weight);
    b = vmlal_high_n_u16(b, low, weight);
    c = vmlal_n_u16(c, vget_low_u16(high), weight);
    d = vmlal_high_n_u16(d, high, weight);
  }
  uint16x8_t low = vcombine_u16(vshrn_n_u32(a, BITS), vshrn_n_u32(b, BITS));
  uint16x8_t high = vcombine_u16(vshrn_n_u32(c, BITS), vshrn_n_u32(d, BITS));
  vst1q_u8(to, vcombine_u8(vmovn_u16(low), vmovn_u16(high)));
}

static void columns(const ci_axis *axis, const uint8_t *from, size_t stride, size_t width, uint8_t *to) {
  for (size_t i = 0; i < axis->outputs; i++, to += width) {
    const uint8_t *first = from + (size_t)axis->starts[i] * stride;
    const int16_t *weights = axis->weights + i * axis->stride;
    size_t x = 0;
    for (; x + 16 <= width; x += 16) columns_of_16(weights, axis->taps, first + x, stride, to + x);
    if (x == width) continue;
    if (width >= 16) {
      columns_of_16(weights, axis->taps, first + width - 16, stride, to + width - 16);  // some columns twice
    } else {
      resample_columns_part(weights, axis->taps, first, stride, 0, width, to);
    }
  }
}

/// One output at a time, two samples at a step: R0 G0 B0 R1 and R1 G1 B1 R2, whose fourth lanes do not count.
static void row_of_3(const ci_axis *axis, const uint8_t *from, uint8_t *to) {
  const int16_t *weights = axis->weights;
  size_t i = 0;
  // The last output is left to the scalar code: each store here writes a byte too many, which the next one mends.
  for (; i + 1 < axis->outputs; i++, weights += axis->stride) {
    const uint8_t *source = from + (size_t)axis->starts[i] * 3;
    uint32x4_t sums = vdupq_n_u32(HALF);
    for (size_t k = 0; k < axis->taps; k += 2, source += 6) {
      uint16x8_t samples = vmovl_u8(vld1_u8(source));
      sums = vmlal_n_u16(sums, vget_low_u16(samples), (uint16_t)weights[k]);
      sums = vmlal_n_u16(sums, vget_low_u16(vextq_u16(samples, samples, 3)), (uint16_t)weights[k + 1]);
    }
    uint16x4_t words = vshrn_n_u32(sums, BITS);
    uint32_t pixel = vget_lane_u32(vreinterpret_u32_u8(vmovn_u16(vcombine_u16(words, words))), 0);
    memcpy(to + 3 * i, &pixel, 4);
  }
  resample_row_of_3(axis, from, i, to);
}

static void row(const ci_axis *axis, const uint8_t *from, size_t channels, uint8_t *to) {
  if (channels == 1) {
    resample_row_of_1(axis, from, to);
  } else {
    row_of_3(axis, from, to);
  }
}

const ci_resampler ci_resampler__neon = {"neon", columns, row};
#endif
