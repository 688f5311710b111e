#if defined(__aarch64__)

#include "../support/dot__neon.h"
#include "../support/store__neon.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

// Lanes are inputs: 16 of a pixel times 16 of a filter. A tile is 4 windows by 4 channels, summed across lanes at the
// end.
enum { WINDOWS = 4, CHANNELS = 4, GROUP = 16 };

// The sums of four accumulators, side by side.
ALWAYS_INLINE int32x4_t across(const int32x4_t acc[CHANNELS]) {
  return vpaddq_s32(vpaddq_s32(acc[0], acc[1]), vpaddq_s32(acc[2], acc[3]));
}

ALWAYS_INLINE const int8_t *weights_of(const ck_conv *conv, size_t channel) {
  size_t block_bytes = conv->segment_count * conv->segment_groups * CK_BLOCK * GROUP;
  return (const int8_t *)conv->weights + channel / CK_BLOCK * block_bytes + channel % CK_BLOCK * GROUP;
}

// Any window: four of them, at byte offsets `places` from the first.
ALWAYS_INLINE void tile(const ck_conv *conv, const int8_t *window, size_t channel, const ptrdiff_t places[WINDOWS],
                        int32x4_t sums[WINDOWS]) {
  const int8_t *w = weights_of(conv, channel);
  int32x4_t acc[WINDOWS][CHANNELS];
  UNROLL for (int p = 0; p < WINDOWS; p++) {
    UNROLL for (int c = 0; c < CHANNELS; c++) acc[p][c] = vdupq_n_s32(0);
  }
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const int8_t *x = window + conv->segments[segment];
    for (size_t group = 0; group < conv->segment_groups; group++, x += GROUP, w += CK_BLOCK * GROUP) {
      int8x16_t values[WINDOWS];
      UNROLL for (int p = 0; p < WINDOWS; p++) values[p] = vld1q_s8(x + places[p]);
      UNROLL for (int c = 0; c < CHANNELS; c++)
        ck_dot16_by_4__neon(&acc[0][c], &acc[1][c], &acc[2][c], &acc[3][c], values[0], values[1], values[2], values[3],
                            vld1q_s8(w + GROUP * c));
    }
  }
  int32x4_t bias = vld1q_s32(conv->bias + channel);
  UNROLL for (int p = 0; p < WINDOWS; p++) sums[p] = vaddq_s32(across(acc[p]), bias);
}

void ck_qs8_qc8w_conv__neon(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    for (size_t channel = 0; channel < conv->channels; channel += CHANNELS) {
      const int8_t *window = (const int8_t *)conv->io.input + (ptrdiff_t)row * conv->input_row;
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row;
      for (size_t column = 0; column < conv->columns; column += WINDOWS) {
        // Where fewer than four windows are left, the last stands in for those that are missing.
        const size_t left = conv->columns - column;
        ptrdiff_t places[WINDOWS];
        UNROLL for (size_t p = 0; p < WINDOWS; p++) places[p] = (ptrdiff_t)(p < left ? p : left - 1) * conv->input_pixel;
        int32x4_t sums[WINDOWS];
        tile(conv, window, channel, places, sums);
        for (size_t p = 0; p < WINDOWS && p < left; p++)
          ck_store__neon(conv, sums + p, 1, channel, place + (ptrdiff_t)p * conv->output_pixel);
        window += WINDOWS * conv->input_pixel;
        place += WINDOWS * conv->output_pixel;
      }
    }
  }
}

// Equation (4): requantization is monotonic, so pooling before it gives the same code as pooling after it.
void ck_qs8_qc8w_conv_maxpool2x2__neon(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    for (size_t channel = 0; channel < conv->channels; channel += CHANNELS) {
      const int8_t *window = (const int8_t *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row;
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row;
      const ptrdiff_t places[WINDOWS] = {0, conv->input_pixel, conv->input_row, conv->input_row + conv->input_pixel};
      for (size_t column = 0; column < conv->columns; column++) {
        int32x4_t sums[WINDOWS];
        tile(conv, window, channel, places, sums);
        int32x4_t pooled = vmaxq_s32(vmaxq_s32(sums[0], sums[1]), vmaxq_s32(sums[2], sums[3]));
        ck_store__neon(conv, &pooled, 1, channel, place);
        window += 2 * conv->input_pixel;
        place += conv->output_pixel;
      }
    }
  }
}

#endif
