// Depthwise convolutions in plain C. The including file defines
//   INPUT   what is read
//   STORE   how one result is stored, as ck_store
//   NAME    the kernel

#include "conv_window.h"

// One filter a channel: segments are single taps, weights are [tap][channel] int16.
void NAME(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  const int16_t *weights = conv->weights;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < conv->columns; column++) {
      const char *window = ck_window_at(conv, row, column);
      const ptrdiff_t place = ck_place_of(conv, row, column);
      for (size_t channel = 0; channel < conv->channels; channel++) {
        uint32_t acc = (uint32_t)conv->bias[channel];
        for (size_t tap = 0; tap < conv->segment_count; tap++)
          acc += (uint32_t)(((const INPUT *)(const void *)(window + conv->segments[tap]))[channel] *
                            weights[tap * conv->channels + channel]);
        STORE(&conv->io, &conv->requantization, place + (ptrdiff_t)channel, channel, (int32_t)acc);
      }
    }
  }
}
