// Loops over pixels: the two passes of the resampler, whose arithmetic is defined in
// Imaging/Preprocessing/Resampler.swift, and cameras' raw formats to RGB.
#ifndef CIMAGING_H
#define CIMAGING_H

#include <stddef.h>
#include <stdint.h>

/// Weights of one axis: output i is the sum over k < taps of weights[i * stride + k] * source[starts[i] + k].
/// All weights are at least 0 and those of one output sum to 2^14; starts[i] + taps never passes the source's end.
typedef struct {
  const int32_t *starts;
  const int16_t *weights;  // zeros from taps to stride
  size_t taps;
  size_t stride;  // a multiple of 4
  size_t outputs;
} ci_axis;

/// What a source for the rows must have behind its end: bytes that may be read and do not count.
enum { CI_SLACK = 32 };

/// One way to do both passes; all give the same bytes.
typedef struct {
  const char *name;
  /// Down the columns: `to` is [axis.outputs, width] and dense, `from` has rows of `width` bytes, `stride` apart.
  void (*columns)(const ci_axis *axis, const uint8_t *from, size_t stride, size_t width, uint8_t *to);
  /// Along one row: `from` is [source, channels] and CI_SLACK bytes, `to` is [axis.outputs, channels]. `channels` is 1
  /// or 3.
  void (*row)(const ci_axis *axis, const uint8_t *from, size_t channels, uint8_t *to);
} ci_resampler;

/// The resamplers that this machine can run, whatever its limit, the definition first; `index` below `ci_resamplers()`.
size_t ci_resamplers(void);
const ci_resampler *ci_resampler_at(size_t index);

/// The fastest of them within the limit of CCPU.
const ci_resampler *ci_resampler_fastest(void);

/// One way to turn a row of a camera's raw format into RGB; all give the same bytes. `width` is even.
typedef struct {
  const char *name;
  void (*yuyv)(const uint8_t *from, size_t width, uint8_t *to);
  void (*nv12)(const uint8_t *luma, const uint8_t *chroma, size_t width, uint8_t *to);
} ci_converter;

/// As for the resamplers.
size_t ci_converters(void);
const ci_converter *ci_converter_at(size_t index);
const ci_converter *ci_converter_fastest(void);

/// Y0 U Y1 V, 4:2:2, to RGB. `width` is even, `stride` at least 2 * width, `to` dense.
void ci_rgb_from_yuyv(const uint8_t *from, size_t stride, size_t width, size_t height, uint8_t *to);

/// A plane of Y, then one of U V pairs at half the size, 4:2:0, to RGB. `width` and `height` are even.
void ci_rgb_from_nv12(const uint8_t *from, size_t stride, size_t width, size_t height, uint8_t *to);

#endif
