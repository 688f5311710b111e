#if defined(__aarch64__)

#include "../support/store__neon.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

// Lanes are inputs: 16 of a pixel times 16 of a filter. Two products fit in 16 bits, since -128 is no weight
// (2 * 128 * 127 = 32512), so smull, smlal2 and sadalp do 16 multiply-adds. A tile is 4 windows by 4 channels, summed
// across lanes at the end.
enum { WINDOWS = 4, CHANNELS = 4, GROUP = 16 };

ALWAYS_INLINE int32x4_t dot16(int32x4_t acc, int8x16_t x, int8x16_t w) {
  int16x8_t pairs = vmull_s8(vget_low_s8(x), vget_low_s8(w));
  return vpadalq_s16(acc, vmlal_high_s8(pairs, x, w));
}

// The sums of four accumulators, side by side.
ALWAYS_INLINE int32x4_t across(const int32x4_t acc[CHANNELS]) {
  return vpaddq_s32(vpaddq_s32(acc[0], acc[1]), vpaddq_s32(acc[2], acc[3]));
}

ALWAYS_INLINE const int8_t *weights_of(const ck_conv *conv, size_t channel) {
  size_t block_bytes = conv->segment_count * conv->segment_groups * CK_BLOCK * GROUP;
  return (const int8_t *)conv->weights + channel / CK_BLOCK * block_bytes + channel % CK_BLOCK * GROUP;
}

// Any window: `columns` windows in each of `rows` rows, at most 4.
ALWAYS_INLINE void tile(const ck_conv *conv, const int8_t *window, size_t channel, const int rows, const int columns,
                        int32x4_t sums[WINDOWS]) {
  const int8_t *w = weights_of(conv, channel);
  int32x4_t acc[WINDOWS][CHANNELS];
  UNROLL for (int p = 0; p < rows * columns; p++) {
    UNROLL for (int c = 0; c < CHANNELS; c++) acc[p][c] = vdupq_n_s32(0);
  }
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const int8_t *x = window + conv->segments[segment];
    for (size_t group = 0; group < conv->segment_groups; group++, x += GROUP, w += CK_BLOCK * GROUP) {
      int8x16_t weights[CHANNELS];
      UNROLL for (int c = 0; c < CHANNELS; c++) weights[c] = vld1q_s8(w + GROUP * c);
      UNROLL for (int p = 0; p < rows * columns; p++) {
        int8x16_t value = vld1q_s8(x + (p / columns) * conv->input_row + (p % columns) * conv->input_pixel);
        UNROLL for (int c = 0; c < CHANNELS; c++) acc[p][c] = dot16(acc[p][c], value, weights[c]);
      }
    }
  }
  int32x4_t bias = vld1q_s32(conv->bias + channel);
  UNROLL for (int p = 0; p < rows * columns; p++) sums[p] = vaddq_s32(across(acc[p]), bias);
}

// The largest sums of 2x2 windows of 3x3 taps, for channels in groups of 16 and neighbouring windows: a pixel that is
// loaded serves all windows and taps that see it.
ALWAYS_INLINE int32x4_t pooled_3x3(const ck_conv *conv, const int8_t *window, size_t channel) {
  const ptrdiff_t row = conv->input_row, pixel = conv->input_pixel;
  const size_t slices = conv->segment_groups / 3;  // groups of a pixel
  int32x4_t acc[2][2][CHANNELS];
  UNROLL for (int c = 0; c < CHANNELS; c++)
    acc[0][0][c] = acc[0][1][c] = acc[1][0][c] = acc[1][1][c] = vdupq_n_s32(0);
  for (size_t slice = 0; slice < slices; slice++) {
    const int8_t *x = window + GROUP * slice;
    const int8_t *w = weights_of(conv, channel) + GROUP * CK_BLOCK * slice;
    int8x16_t lines[2][4];
    UNROLL for (int i = 0; i < 4; i++) lines[0][i] = vld1q_s8(x + i * pixel);
    UNROLL for (int r = 0; r < 3; r++) {
      x += row;
      UNROLL for (int i = 0; i < 4; i++) lines[(r + 1) % 2][i] = vld1q_s8(x + i * pixel);
      UNROLL for (int t = 0; t < 3; t++) {
        UNROLL for (int c = 0; c < CHANNELS; c++) {
          int8x16_t weights = vld1q_s8(w + GROUP * c);
          UNROLL for (int p = 0; p < 2; p++) {
            acc[0][p][c] = dot16(acc[0][p][c], lines[r % 2][p + t], weights);
            acc[1][p][c] = dot16(acc[1][p][c], lines[(r + 1) % 2][p + t], weights);
          }
        }
        w += GROUP * CK_BLOCK * slices;
      }
    }
  }
  int32x4_t upper = vmaxq_s32(across(acc[0][0]), across(acc[0][1]));
  int32x4_t lower = vmaxq_s32(across(acc[1][0]), across(acc[1][1]));
  return vaddq_s32(vmaxq_s32(upper, lower), vld1q_s32(conv->bias + channel));
}

void ck_qs8_qc8w_conv__neon(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    for (size_t channel = 0; channel < conv->channels; channel += CHANNELS) {
      const int8_t *window = (const int8_t *)conv->io.input + (ptrdiff_t)row * conv->input_row;
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row;
      int32x4_t sums[WINDOWS];
      size_t column = 0;
      for (; column + WINDOWS <= conv->columns; column += WINDOWS) {
        tile(conv, window + (ptrdiff_t)column * conv->input_pixel, channel, 1, WINDOWS, sums);
        UNROLL for (int p = 0; p < WINDOWS; p++)
          ck_store__neon(conv, sums + p, 1, channel, place + (ptrdiff_t)(column + (size_t)p) * conv->output_pixel);
      }
      for (; column < conv->columns; column++) {
        tile(conv, window + (ptrdiff_t)column * conv->input_pixel, channel, 1, 1, sums);
        ck_store__neon(conv, sums, 1, channel, place + (ptrdiff_t)column * conv->output_pixel);
      }
    }
  }
}

// Equation (4): requantization is monotonic, so pooling before it gives the same code as pooling after it.
void ck_qs8_qc8w_conv_maxpool2x2__neon(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  const int is_3x3 = conv->segment_count == 3 && conv->segments[1] == conv->input_row &&
                     conv->segments[2] == 2 * conv->input_row && conv->input_pixel % GROUP == 0 &&
                     (ptrdiff_t)conv->segment_groups * GROUP == 3 * conv->input_pixel;
  for (size_t row = first; row < end; row++) {
    for (size_t channel = 0; channel < conv->channels; channel += CHANNELS) {
      const int8_t *window = (const int8_t *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row;
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row;
      for (size_t column = 0; column < conv->columns; column++) {
        int32x4_t pooled;
        if (is_3x3) {
          pooled = pooled_3x3(conv, window, channel);
        } else {
          int32x4_t sums[WINDOWS];
          tile(conv, window, channel, 2, 2, sums);
          pooled = vmaxq_s32(vmaxq_s32(sums[0], sums[1]), vmaxq_s32(sums[2], sums[3]));
        }
        ck_store__neon(conv, &pooled, 1, channel, place);
        window += 2 * conv->input_pixel;
        place += conv->output_pixel;
      }
    }
  }
}

#endif
