#include "CImaging.h"

// |sum| <= 255 * 2^14 + 2^13 < 2^23, since weights are at least 0 and sum to 2^14.
enum { HALF = 1 << 13, BITS = 14, BLOCK = 512 };

void ci_resample_columns(const ci_axis *axis, const uint8_t *from, size_t stride, size_t width, uint8_t *to) {
  int32_t sums[BLOCK];  // a stretch of one row that stays in the first cache while the taps go by
  for (size_t i = 0; i < axis->outputs; i++, to += width) {
    const uint8_t *first = from + (size_t)axis->starts[i] * stride;
    const int16_t *weights = axis->weights + i * axis->taps;
    for (size_t x = 0; x < width; x += BLOCK) {
      size_t count = width - x < BLOCK ? width - x : BLOCK;
      for (size_t j = 0; j < count; j++) sums[j] = HALF;
      for (size_t k = 0; k < axis->taps; k++) {
        int32_t weight = weights[k];
        if (weight == 0) continue;
        const uint8_t *row = first + k * stride + x;
        for (size_t j = 0; j < count; j++) sums[j] += weight * row[j];
      }
      for (size_t j = 0; j < count; j++) to[x + j] = (uint8_t)(sums[j] >> BITS);
    }
  }
}

static void row_of_1(const ci_axis *axis, const uint8_t *from, uint8_t *to) {
  const int16_t *weights = axis->weights;
  for (size_t i = 0; i < axis->outputs; i++, weights += axis->taps) {
    const uint8_t *source = from + axis->starts[i];
    int32_t sum = HALF;
    for (size_t k = 0; k < axis->taps; k++) sum += weights[k] * source[k];
    to[i] = (uint8_t)(sum >> BITS);
  }
}

static void row_of_3(const ci_axis *axis, const uint8_t *from, uint8_t *to) {
  const int16_t *weights = axis->weights;
  for (size_t i = 0; i < axis->outputs; i++, weights += axis->taps, to += 3) {
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

void ci_resample_rows(const ci_axis *axis, const uint8_t *from, size_t stride, size_t rows, size_t channels,
                      uint8_t *to) {
  for (size_t y = 0; y < rows; y++, from += stride, to += axis->outputs * channels) {
    if (channels == 1) {
      row_of_1(axis, from, to);
    } else {
      row_of_3(axis, from, to);
    }
  }
}
