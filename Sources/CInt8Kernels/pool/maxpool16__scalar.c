#include "pool_window.h"

#include <string.h>

// The largest word of each window; rows of channels side by side, of which compilers make vectors.
void ck_s16_maxpool__scalar(const void *operation, size_t first, size_t end) {
  const ck_pool *pool = operation;
  const int16_t *input = pool->io.input;
  const size_t channels = pool->channels;
  for (size_t row = first; row < end; row++) {
    int16_t *out = (int16_t *)pool->io.output + (ptrdiff_t)row * pool->output_row;
    for (size_t column = 0; column < pool->columns; column++, out += channels) {
      const ck_pool_window window = ck_pool_window_at(pool, row, column);
      memcpy(out, input + (ptrdiff_t)window.top * pool->input_row + window.left * channels, channels * sizeof *out);
      for (size_t y = window.top; y < window.bottom; y++)
        for (size_t x = window.left; x < window.right; x++) {
          const int16_t *pixel = input + (ptrdiff_t)y * pool->input_row + x * channels;
          for (size_t c = 0; c < channels; c++) out[c] = pixel[c] > out[c] ? pixel[c] : out[c];
        }
    }
  }
}
