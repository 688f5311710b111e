// Where a convolution's windows and results lie.
#ifndef CK_CONV_WINDOW_H
#define CK_CONV_WINDOW_H

#include "CInt8Kernels.h"

// The start of a window.
static inline const void *ck_window_at(const ck_conv *conv, size_t row, size_t column) {
  return (const char *)conv->io.input + (ptrdiff_t)row * conv->input_row + (ptrdiff_t)column * conv->input_pixel;
}

// The byte offset of window p of a tile from its first, where a tile is `columns` windows across, of which `left`
// count: the others repeat the last of these.
static inline ptrdiff_t ck_window_in_tile(const ck_conv *conv, int p, int columns, size_t left) {
  size_t across = (size_t)(p % columns);
  return (p / columns) * conv->input_row + (ptrdiff_t)(across < left ? across : left - 1) * conv->input_pixel;
}

// Where an output pixel lies: codes, words or accumulators from the output's start.
static inline ptrdiff_t ck_place_of(const ck_conv *conv, size_t row, size_t column) {
  return (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
}

#endif
