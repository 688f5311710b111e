#include "../support/requantize16.h"
#include "resize.h"

void ck_qs16_resize__scalar(const void *operation, size_t first, size_t end) {
  const ck_resize *resize = operation;
  const size_t channels = resize->channels;
  size_t place = first * resize->columns * channels;
  for (size_t y = first; y < end; y++)
    for (size_t x = 0; x < resize->columns; x++) {
      const ck_corners corners = ck_corners_at(resize, y, x, 2);
      for (size_t c = 0; c < channels; c++, place++) {
        // |acc| <= 32767 * 2^22 < 2^37
        int64_t acc = 0;
        for (int i = 0; i < 4; i++)
          acc += (int64_t)((const int16_t *)(const void *)corners.pixels[i])[c] * corners.weights[i];
        ck_store_result(resize->io.output, place, (float)acc * resize->multiplier, &resize->result,
                        resize->result.words);
      }
    }
}
