#include "../support/requantize.h"
#include "pool_window.h"

#include <string.h>

// Channels that are summed together: their sums stay in the nearest cache, and compilers make vectors of them.
#define CHANNELS 128

// |sum| <= 2^23 * 255 < 2^31: windows of more elements are refused at load.
static void add_window(const ck_pool *pool, ck_pool_window window, size_t first, size_t count, int32_t *sums) {
  const ck_code *input = (const ck_code *)pool->io.input + first;
  for (size_t y = window.top; y < window.bottom; y++)
    for (size_t x = window.left; x < window.right; x++) {
      const ck_code *pixel = input + (ptrdiff_t)y * pool->input_row + x * pool->channels;
      for (size_t c = 0; c < count; c++) sums[c] += pixel[c] - pool->input_zero_point;
    }
}

void ck_qs8_averagepool__scalar(const void *operation, size_t first, size_t end) {
  const ck_pool *pool = operation;
  for (size_t row = first; row < end; row++) {
    ck_code *out = (ck_code *)pool->io.output + (ptrdiff_t)row * pool->output_row;
    for (size_t column = 0; column < pool->columns; column++, out += pool->channels) {
      ck_pool_window window = ck_pool_window_at(pool, row, column);
      size_t elements = (window.bottom - window.top) * (window.right - window.left);
      float multiplier = pool->input_scale / (pool->output_scale * (float)elements);
      for (size_t block = 0; block < pool->channels; block += CHANNELS) {
        size_t left = pool->channels - block, count = left < CHANNELS ? left : CHANNELS;
        int32_t sums[CHANNELS];
        memset(sums, 0, sizeof sums);
        add_window(pool, window, block, count, sums);
        for (size_t c = 0; c < count; c++)
          out[block + c] = ck_round_and_clamp((float)sums[c] * multiplier, pool->output_zero_point,
                                              CK_CODE_OFFSET - 128, CK_CODE_OFFSET + 127);
      }
    }
  }
}
