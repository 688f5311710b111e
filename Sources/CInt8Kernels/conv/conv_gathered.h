// Convolutions whose windows are short runs of inputs, as those of a first layer are: the runs of a window are laid
// side by side, so that a row of one channel's three taps does not take a whole group of the kernel for itself. What is
// gathered is a pointwise convolution, and computed as one. The including file defines
//   GROUP                               inputs of a group
//   NAME, NAME_POOLED                   the kernels that compute what was gathered
//   NAME_GATHERED, NAME_GATHERED_POOLED

#include "conv_window.h"

// Bytes of gathered windows, which stay in the nearest cache. Sixteen more, since runs are copied by sixteen bytes.
enum { GATHERED = 8192, COPIED = 16 };
_Static_assert(GATHERED / (2 * CK_GATHERED_BYTES) >= COPIED, "a strip is some tiles long");

// The next run covers what was copied beyond the end of the one before.
CK_TARGET ALWAYS_INLINE void gather(const ck_conv *conv, const int8_t *window, size_t windows, size_t bytes,
                                    int8_t *out) {
  for (; windows > 0; windows--, window += conv->input_pixel, out += bytes) {
    int8_t *run = out;
    for (size_t segment = 0; segment < conv->segment_count; segment++, run += conv->segment_bytes)
      for (size_t i = 0; i < conv->segment_bytes; i += COPIED)
        memcpy(run + i, window + conv->segments[segment] + i, COPIED);
  }
}

// Three runs of at most sixteen bytes, as windows of 3x3 have.
CK_TARGET ALWAYS_INLINE void gather3(const ck_conv *conv, const int8_t *window, size_t windows, size_t bytes,
                                     int8_t *out) {
  const ptrdiff_t places[3] = {conv->segments[0], conv->segments[1], conv->segments[2]};
  const size_t step = conv->segment_bytes;
  for (; windows > 0; windows--, window += conv->input_pixel, out += bytes) {
    UNROLL_FOR (size_t segment = 0; segment < 3; segment++)
      memcpy(out + segment * step, window + places[segment], COPIED);
  }
}

CK_TARGET ALWAYS_INLINE void gathered_rows(const ck_conv *conv, size_t first, size_t end, const size_t side,
                                           ck_run *run) {
  static const ptrdiff_t start = 0;
  int8_t gathered[GATHERED + COPIED];
  const size_t bytes = conv->segment_groups * GROUP;
  const size_t most = GATHERED / (side * side * bytes) / 8 * 8;
  ck_conv strip = *conv;
  strip.io.input = gathered;
  strip.input_pixel = (ptrdiff_t)bytes;
  strip.segments = &start;
  strip.segment_count = 1;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < conv->columns; column += most) {
      strip.columns = conv->columns - column < most ? conv->columns - column : most;
      const size_t windows = side * strip.columns;
      strip.input_row = (ptrdiff_t)(windows * bytes);
      for (size_t line = 0; line < side; line++) {
        const int8_t *window = ck_window_at(conv, side * row + line, side * column);
        int8_t *out = gathered + line * windows * bytes;
        if (conv->segment_count == 3 && conv->segment_bytes <= COPIED) gather3(conv, window, windows, bytes, out);
        else gather(conv, window, windows, bytes, out);
      }
      const ptrdiff_t place = ck_place_of(conv, row, column);
      if (conv->io.accumulators) strip.io.accumulators = conv->io.accumulators + place;
      else strip.io.output = (ck_code *)conv->io.output + place;
      run(&strip, 0, 1);
    }
  }
}

CK_TARGET void NAME_GATHERED(const void *operation, size_t first, size_t end) {
  gathered_rows(operation, first, end, 1, NAME);
}

CK_TARGET void NAME_GATHERED_POOLED(const void *operation, size_t first, size_t end) {
  gathered_rows(operation, first, end, 2, NAME_POOLED);
}
