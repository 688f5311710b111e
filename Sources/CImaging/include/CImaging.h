// Loops over pixels: the two passes of the resampler, whose arithmetic is defined in
// Imaging/Preprocessing/Resampler.swift, and cameras' raw formats to RGB.
#ifndef CIMAGING_H
#define CIMAGING_H

#include <stddef.h>
#include <stdint.h>

/// Weights of one axis: output i is the sum over k < taps of weights[i * taps + k] * source[starts[i] + k].
/// All weights are at least 0 and those of one output sum to 2^14; starts[i] + taps never passes the source's end.
typedef struct {
  const int32_t *starts;
  const int16_t *weights;
  size_t taps;
  size_t outputs;
} ci_axis;

/// Down the columns: `to` is [axis.outputs, width] and dense, `from` has rows of `width` bytes, `stride` apart.
void ci_resample_columns(const ci_axis *axis, const uint8_t *from, size_t stride, size_t width, uint8_t *to);

/// Along the rows: `from` is [rows, source, channels], `stride` bytes a row, `to` is [rows, axis.outputs, channels] and
/// dense. `channels` is 1 or 3.
void ci_resample_rows(const ci_axis *axis, const uint8_t *from, size_t stride, size_t rows, size_t channels,
                      uint8_t *to);

/// Y0 U Y1 V, 4:2:2, to RGB. `width` is even, `stride` at least 2 * width, `to` dense.
void ci_rgb_from_yuyv(const uint8_t *from, size_t stride, size_t width, size_t height, uint8_t *to);

/// A plane of Y, then one of U V pairs at half the size, 4:2:0, to RGB. `width` and `height` are even.
void ci_rgb_from_nv12(const uint8_t *from, size_t stride, size_t width, size_t height, uint8_t *to);

#endif
