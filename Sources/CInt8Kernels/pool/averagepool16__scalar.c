#include "../support/requantize16.h"
#include "pool_window.h"

#include <string.h>

// Channels that are summed together: their sums stay in the nearest cache.
#define CHANNELS 128

// 64-bit sums: 2^23 elements of 15 bits, the most that is let through at load, leave 32.
static void add_window(const ck_pool *pool, ck_pool_window window, size_t first, size_t count, int64_t *sums) {
  const int16_t *input = (const int16_t *)pool->io.input + first;
  for (size_t y = window.top; y < window.bottom; y++)
    for (size_t x = window.left; x < window.right; x++) {
      const int16_t *pixel = input + (ptrdiff_t)y * pool->input_row + x * pool->channels;
      for (size_t c = 0; c < count; c++) sums[c] += pixel[c];
    }
}

void ck_qs16_averagepool__scalar(const void *operation, size_t first, size_t end) {
  const ck_pool *pool = operation;
  for (size_t row = first; row < end; row++) {
    size_t place = row * (size_t)pool->output_row;
    for (size_t column = 0; column < pool->columns; column++, place += pool->channels) {
      const ck_pool_window window = ck_pool_window_at(pool, row, column);
      const size_t elements = (window.bottom - window.top) * (window.right - window.left);
      const float multiplier = pool->input_scale / (pool->output_scale * (float)elements);
      for (size_t block = 0; block < pool->channels; block += CHANNELS) {
        size_t left = pool->channels - block, count = left < CHANNELS ? left : CHANNELS;
        int64_t sums[CHANNELS];
        memset(sums, 0, sizeof sums);
        add_window(pool, window, block, count, sums);
        for (size_t c = 0; c < count; c++)
          ck_store_result(pool->io.output, place + block + c, (float)sums[c] * multiplier, &pool->result,
                          pool->result.words);
      }
    }
  }
}
