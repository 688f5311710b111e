#if defined(__aarch64__)

#include "../support/store__neon.h"
#include "rgb_corners__neon.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

// As in rgb3x3_maxpool2x2__avx512vnni.c, with pairs of inputs instead of fours: a pair is broadcast, and multiplied by
// the pairs of eight channels' weights. Two products fit in 16 bits, since -128 is no weight (2 * 128 * 127 = 32512).

// The four pairs of eight codes, each broadcast.
ALWAYS_INLINE void broadcast_pairs(int8x8_t codes, int8x16_t pairs[4]) {
  int16x4_t words = vreinterpret_s16_s8(codes);
  pairs[0] = vreinterpretq_s8_s16(vdupq_lane_s16(words, 0));
  pairs[1] = vreinterpretq_s8_s16(vdupq_lane_s16(words, 1));
  pairs[2] = vreinterpretq_s8_s16(vdupq_lane_s16(words, 2));
  pairs[3] = vreinterpretq_s8_s16(vdupq_lane_s16(words, 3));
}

// Four inputs times 16 channels: `w` is [pair][channel][2].
ALWAYS_INLINE void dot4(int32x4_t acc[4], const int8x16_t pairs[2], const int8x16_t w[4]) {
  UNROLL for (int half = 0; half < 2; half++) {
    int16x8_t low = vmull_s8(vget_low_s8(pairs[0]), vget_low_s8(w[half]));
    low = vmlal_s8(low, vget_low_s8(pairs[1]), vget_low_s8(w[2 + half]));
    acc[2 * half] = vpadalq_s16(acc[2 * half], low);
    int16x8_t high = vmull_high_s8(pairs[0], w[half]);
    high = vmlal_high_s8(high, pairs[1], w[2 + half]);
    acc[2 * half + 1] = vpadalq_s16(acc[2 * half + 1], high);
  }
}

ALWAYS_INLINE void rgb_pixel(const ck_conv *conv, const int8_t *x, const int8_t *corners, size_t channel,
                             ptrdiff_t place) {
  const int8_t *packed = (const int8_t *)conv->weights + channel / CK_BLOCK * CK_RGB3X3_BLOCK_BYTES;
  int32x4_t acc[2][2][4];
  UNROLL for (int v = 0; v < 4; v++)
    acc[0][0][v] = acc[0][1][v] = acc[1][0][v] = acc[1][1][v] = vdupq_n_s32(0);
  UNROLL for (int r = 0; r < 4; r++) {
    int8x16_t pairs[2][4];
    UNROLL for (int p = 0; p < 2; p++) broadcast_pairs(vld1_s8(x + r * conv->input_row + 3 * p), pairs[p]);
    UNROLL for (int d = 0; d < 2; d++) {
      if (r - d < 0 || r - d > 2) continue;
      UNROLL for (int part = 0; part < 2; part++) {
        int8x16_t w[4];
        UNROLL for (int i = 0; i < 4; i++) w[i] = vld1q_s8(packed + 128 * (r - d) + 64 * part + 16 * i);
        UNROLL for (int p = 0; p < 2; p++) dot4(acc[d][p], pairs[p] + 2 * part, w);
      }
    }
  }
  int8x16_t pairs[4];
  broadcast_pairs(vld1_s8(corners), pairs);
  UNROLL for (int d = 0; d < 2; d++) {
    int8x16_t w[4];
    UNROLL for (int i = 0; i < 4; i++) w[i] = vld1q_s8(packed + 384 + 64 * d + 16 * i);
    UNROLL for (int p = 0; p < 2; p++) dot4(acc[d][p], pairs + 2 * p, w);
  }
  int32x4_t pooled[4];
  UNROLL for (int v = 0; v < 4; v++) {
    int32x4_t largest =
        vmaxq_s32(vmaxq_s32(acc[0][0][v], acc[0][1][v]), vmaxq_s32(acc[1][0][v], acc[1][1][v]));
    pooled[v] = vaddq_s32(largest, vld1q_s32(conv->bias + channel + 4 * v));
  }
  ck_store__neon(conv, pooled, 4, channel, place);
}

void ck_qs8_qc8w_rgb3x3_maxpool2x2__neon(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  int8_t corners[4 * CK_RGB_STRIP];
  for (size_t row = first; row < end; row++) {
    const int8_t *line = (const int8_t *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row;
    for (size_t start = 0; start < conv->columns; start += CK_RGB_STRIP / 2) {
      size_t columns = conv->columns - start < CK_RGB_STRIP / 2 ? conv->columns - start : CK_RGB_STRIP / 2;
      const int8_t *x = line + 6 * start;
      ck_rgb_corners__neon(x, conv->input_row, 2 * columns, corners);
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)start * conv->output_pixel;
      for (size_t channel = 0; channel < conv->channels; channel += CK_BLOCK)
        for (size_t column = 0; column < columns; column++)
          rgb_pixel(conv, x + 6 * column, corners + 8 * column, channel,
                    place + (ptrdiff_t)column * conv->output_pixel);
    }
  }
}

#endif
