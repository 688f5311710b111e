#if defined(__aarch64__)

#include "../support/store__neon.h"

// Lanes are channels, 8 at a time.
static inline void depthwise_pixel(const ck_conv *conv, const int8_t *window, size_t channel, ptrdiff_t place) {
  const int16_t *w = (const int16_t *)conv->weights + channel;
  int32x4_t acc[2] = {vld1q_s32(conv->bias + channel), vld1q_s32(conv->bias + channel + 4)};
  for (size_t tap = 0; tap < conv->segment_count; tap++) {
    int16x8_t x = vmovl_s8(vld1_s8(window + channel + conv->segments[tap]));
    int16x8_t weights = vld1q_s16(w + tap * conv->channels);
    acc[0] = vmlal_s16(acc[0], vget_low_s16(x), vget_low_s16(weights));
    acc[1] = vmlal_high_s16(acc[1], x, weights);
  }
  ck_store__neon(conv, acc, 2, channel, place);
}

void ck_qs8_qc8w_depthwise__neon(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < conv->columns; column++) {
      const int8_t *window = (const int8_t *)conv->io.input + (ptrdiff_t)row * conv->input_row +
                             (ptrdiff_t)column * conv->input_pixel;
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
      for (size_t channel = 0; channel < conv->channels; channel += 8) depthwise_pixel(conv, window, channel, place);
    }
  }
}

#endif
