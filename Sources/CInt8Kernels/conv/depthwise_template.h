// The depthwise convolution, written once for all vector instruction sets: lanes are channels, LANES16 at a time.
//
// Over the primitives of support/vector__*.h and support/store__*.h. The including file defines
//   add_taps       adds the products of two taps and their weights
//   add_tap        the same for one tap
//   in_order       between channels in order and the order in which add_taps keeps its sums; its own inverse
//   CODE_BYTES     of an input, if not 1
//   whole_row      does a row in another way, if there is one that fits; says whether it did
//   NAME           the kernel

#include "conv_window.h"

#if !defined(CODE_BYTES)
#define CODE_BYTES 1
#endif
#if !defined(whole_row)
#define whole_row(conv, row) 0
#endif

CK_TARGET ALWAYS_INLINE void depthwise_pixel(const ck_conv *conv, const char *window, size_t channel, ptrdiff_t place) {
  const int16_t *w = (const int16_t *)conv->weights + channel;
  const char *x = window + CODE_BYTES * channel;
  V32 acc[2] = {load32(conv->bias + channel), load32(conv->bias + channel + LANES32)};
  in_order(acc);
  size_t tap = 0;
  for (; tap + 2 <= conv->segment_count; tap += 2, w += 2 * conv->channels)
    add_taps(acc, x + conv->segments[tap], x + conv->segments[tap + 1], w, w + conv->channels);
  if (tap < conv->segment_count) add_tap(acc, x + conv->segments[tap], w);
  in_order(acc);
  store_channels(conv, acc, 2, channel, place);
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_conv copy = *(const ck_conv *)operation, *conv = &copy;
  for (size_t row = first; row < end; row++) {
    if (whole_row(conv, row)) continue;
    for (size_t column = 0; column < conv->columns; column++) {
      const char *window = ck_window_at(conv, row, column);
      const ptrdiff_t place = ck_place_of(conv, row, column);
      for (size_t channel = 0; channel < conv->channels; channel += LANES16)
        depthwise_pixel(conv, window, channel, place);
    }
  }
}
