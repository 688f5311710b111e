// The depthwise convolution of 5x5 taps, written once for all vector instruction sets. The rows of one column that
// belong together are interleaved once for all windows that the column is part of, some columns at a time, which stay
// in the nearest cache. Where windows move by 1, six rows serve two rows of results.
//
// The including file defines what depthwise3x3_template.h asks for, up to store_chunk, and NAME, the kernel.

#include "depthwise_store.h"

enum {
  TAPS = 5,
  VECTORS = PARTS + SUMS,  // of a column: rows 0 to 3, then 4 and 5
  STRIP = 32,              // columns at a time
};

// Six rows at one place.
CK_TARGET ALWAYS_INLINE void make_column(const ck_code *const rows[TAPS + 1], ptrdiff_t place, BYTES *column) {
  const ROW upper[4] = {load_row(rows[0] + place), load_row(rows[1] + place), load_row(rows[2] + place),
                        load_row(rows[3] + place)};
  interleave(upper, column);
  // Where four rows belong together, two of them have no weights.
  const ROW fourth = load_row(rows[4] + place), fifth = load_row(rows[5] + place);
  const ROW lower[4] = {fourth, fifth, fourth, fifth};
  BYTES rest[PARTS];
  interleave(lower, rest);
  UNROLL_FOR (int s = 0; s < SUMS; s++) column[PARTS + s] = rest[s];
}

// `count` windows side by side and, where there are two rows, those below them.
CK_TARGET ALWAYS_INLINE void output_strip(const ck_conv *conv, size_t chunk, const BYTES *columns, size_t count,
                                          const int rows, size_t stride, ptrdiff_t place, const int whole) {
  enum { WINDOW = TAPS * VECTORS * sizeof(BYTES) };
  const int8_t *const weights = (const int8_t *)conv->weights + chunk * 2 * WINDOW;
  const size_t channels = conv->channels - chunk * CHUNK;
  for (size_t i = 0; i < count; i++, columns += stride * VECTORS, place += conv->output_pixel) {
    V32 acc[2][SUMS];
    UNROLL_FOR (int s = 0; s < SUMS; s++)
      acc[0][s] = acc[1][s] = load32(conv->bias + chunk * CHUNK + (size_t)s * LANES32);
    UNROLL_FOR (int v = 0; v < TAPS * VECTORS; v++) {
      const int8_t *w = weights + (size_t)v * sizeof(BYTES);
      UNROLL_FOR (int row = 0; row < rows; row++)
        acc[row][v % SUMS] = dot(acc[row][v % SUMS], columns[v], load_bytes(w + row * WINDOW));
    }
    UNROLL_FOR (int row = 0; row < rows; row++)
      store_results(conv, chunk, acc[row], place + row * conv->output_row, channels, whole);
  }
}

// Functions of their own, so that the registers are their own.
#define STRIP_OF(name, rows, whole)                                                                             \
  CK_TARGET __attribute__((noinline)) static void name(const ck_conv *conv, size_t chunk, const BYTES *columns, \
                                                       size_t count, size_t stride, ptrdiff_t place) {          \
    output_strip(conv, chunk, columns, count, rows, stride, place, whole);                                      \
  }
STRIP_OF(one_whole, 1, 1)
STRIP_OF(two_whole, 2, 1)
STRIP_OF(one_cut, 1, 0)
STRIP_OF(two_cut, 2, 0)

CK_TARGET static void output_rows(const ck_conv *conv, size_t row, const int rows, size_t stride) {
  const ptrdiff_t pixel = conv->segments[1];
  const ck_code *inputs[TAPS + 1];
  // The last row counts for the window below alone.
  for (int i = 0; i <= TAPS; i++)
    inputs[i] = (const ck_code *)ck_window_at(conv, row, 0) + (i == TAPS && rows == 1 ? 4 : i) * conv->segments[TAPS];
  BYTES columns[STRIP * VECTORS];
  const size_t most = (STRIP - TAPS) / stride + 1;
  for (size_t chunk = 0; chunk * CHUNK < conv->channels; chunk++) {
    const int whole = (chunk + 1) * CHUNK <= conv->channels && conv->io.accumulators == NULL;
    for (size_t first = 0; first < conv->columns; first += most) {
      const size_t left = conv->columns - first, count = left < most ? left : most;
      ptrdiff_t at = (ptrdiff_t)(chunk * CHUNK) + (ptrdiff_t)first * conv->input_pixel;
      for (size_t c = 0; c < (count - 1) * stride + TAPS; c++, at += pixel)
        make_column(inputs, at, columns + c * VECTORS);
      const ptrdiff_t place = ck_place_of(conv, row, first) + (ptrdiff_t)(chunk * CHUNK);
      (rows == 1 ? whole ? one_whole : one_cut
       : whole   ? two_whole
                 : two_cut)(conv, chunk, columns, count, stride, place);
    }
  }
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_conv copy = *(const ck_conv *)operation, *conv = &copy;
  const size_t stride = (size_t)(conv->input_pixel / conv->segments[1]);
  size_t row = first;
  if (stride == 1)
    for (; row + 2 <= end; row += 2) output_rows(conv, row, 2, 1);
  for (; row < end; row++) output_rows(conv, row, 1, stride);
}
