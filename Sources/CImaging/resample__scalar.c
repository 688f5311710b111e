#include "resample.h"

enum { BLOCK = 512 };

void resample_columns_part(const int16_t *weights, size_t taps, const uint8_t *from, size_t stride, size_t first,
                           size_t count, uint8_t *to) {
  int32_t sums[BLOCK];  // a stretch of one row that stays in the first cache while the taps go by
  for (size_t end = first + count; first < end; first += BLOCK) {
    size_t length = end - first < BLOCK ? end - first : BLOCK;
    for (size_t j = 0; j < length; j++) sums[j] = HALF;
    for (size_t k = 0; k < taps; k++) {
      int32_t weight = weights[k];
      if (weight == 0) continue;
      const uint8_t *row = from + k * stride + first;
      for (size_t j = 0; j < length; j++) sums[j] += weight * row[j];
    }
    for (size_t j = 0; j < length; j++) to[first + j] = (uint8_t)(sums[j] >> BITS);
  }
}

static void columns(const ci_axis *axis, const uint8_t *from, size_t stride, size_t width, uint8_t *to) {
  for (size_t i = 0; i < axis->outputs; i++, to += width) {
    const uint8_t *first = from + (size_t)axis->starts[i] * stride;
    resample_columns_part(axis->weights + i * axis->stride, axis->taps, first, stride, 0, width, to);
  }
}

void resample_row_of_1(const ci_axis *axis, const uint8_t *from, uint8_t *to) {
  const int16_t *weights = axis->weights;
  for (size_t i = 0; i < axis->outputs; i++, weights += axis->stride) {
    const uint8_t *source = from + axis->starts[i];
    int32_t sum = HALF;
    for (size_t k = 0; k < axis->taps; k++) sum += weights[k] * source[k];
    to[i] = (uint8_t)(sum >> BITS);
  }
}

void resample_row_of_3(const ci_axis *axis, const uint8_t *from, size_t first, uint8_t *to) {
  const int16_t *weights = axis->weights + first * axis->stride;
  to += 3 * first;
  for (size_t i = first; i < axis->outputs; i++, weights += axis->stride, to += 3) {
    const uint8_t *source = from + (size_t)axis->starts[i] * 3;
    int32_t red = HALF, green = HALF, blue = HALF;
    for (size_t k = 0; k < axis->taps; k++, source += 3) {
      int32_t weight = weights[k];
      red += weight * source[0];
      green += weight * source[1];
      blue += weight * source[2];
    }
    to[0] = (uint8_t)(red >> BITS);
    to[1] = (uint8_t)(green >> BITS);
    to[2] = (uint8_t)(blue >> BITS);
  }
}

static void row(const ci_axis *axis, const uint8_t *from, size_t channels, uint8_t *to) {
  if (channels == 1) {
    resample_row_of_1(axis, from, to);
  } else {
    resample_row_of_3(axis, from, 0, to);
  }
}

const ci_resampler ci_resampler__scalar = {"scalar", columns, row};
