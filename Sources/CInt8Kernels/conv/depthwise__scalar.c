#include "../support/requantize.h"
#include "conv_window.h"

// One filter a channel: segments are single taps, weights are [tap][channel] int16.
void ck_qs8_qc8w_depthwise__scalar(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  const int16_t *weights = conv->weights;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < conv->columns; column++) {
      const ck_code *window = ck_window_at(conv, row, column);
      const ptrdiff_t place = ck_place_of(conv, row, column);
      for (size_t channel = 0; channel < conv->channels; channel++) {
        uint32_t acc = (uint32_t)conv->bias[channel];
        for (size_t tap = 0; tap < conv->segment_count; tap++)
          acc += (uint32_t)((int32_t)window[conv->segments[tap] + (ptrdiff_t)channel] *
                            weights[tap * conv->channels + channel]);
        ck_store(&conv->io, &conv->requantization, place + (ptrdiff_t)channel, channel, (int32_t)acc);
      }
    }
  }
}
