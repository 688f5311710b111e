// The two passes of the resampler, written once for all vector instruction sets. The including file defines
//   VECTOR        the attribute that names the instruction set, or nothing
//   SUMS16        the sums of 16 columns
//   begin_sums    HALF in each
//   add_rows      adds 16 samples of ROWS rows (1 or 2) times their weights; behind an odd last row stands a weight of
//                 zero, and the row itself serves once more
//   store_sums    (sum >> BITS) as bytes
//   pixels_of_3   OUTPUTS outputs of an RGB row, each with its three bytes and one more, which does not count
#include "resample.h"

/// 16 columns of one output row.
VECTOR static inline void columns_of_16(const int16_t *weights, size_t taps, const uint8_t *from, size_t stride,
                                        uint8_t *to) {
  SUMS16 sums = begin_sums();
  for (size_t k = 0; k < taps; k += ROWS, from += ROWS * stride)
    add_rows(&sums, from, k + 1 < taps ? from + stride : from, weights + k);
  store_sums(sums, to);
}

VECTOR static void columns(const ci_axis *axis, const uint8_t *from, size_t stride, size_t width, uint8_t *to) {
  for (size_t i = 0; i < axis->outputs; i++, to += width) {
    const uint8_t *first = from + (size_t)axis->starts[i] * stride;
    const int16_t *weights = axis->weights + i * axis->stride;
    size_t x = 0;
    for (; x + 16 <= width; x += 16) columns_of_16(weights, axis->taps, first + x, stride, to + x);
    if (x == width) continue;
    if (width >= 16) {
      columns_of_16(weights, axis->taps, first + width - 16, stride, to + width - 16);  // some columns twice
    } else {
      resample_columns_part(weights, axis->taps, first, stride, 0, width, to);
    }
  }
}

VECTOR static void row(const ci_axis *axis, const uint8_t *from, size_t channels, uint8_t *to) {
  if (channels == 1) {
    resample_row_of_1(axis, from, to);
    return;
  }
  const ci_axis copy = *axis;  // as far as compilers know, stores of bytes may change the original
  size_t i = 0;
  // The last output is left to the scalar code: each store here writes a byte too many, which the next one mends.
  for (; i + OUTPUTS < axis->outputs; i += OUTPUTS) pixels_of_3(&copy, i, from, to + 3 * i);
  resample_row_of_3(axis, from, i, to);
}
