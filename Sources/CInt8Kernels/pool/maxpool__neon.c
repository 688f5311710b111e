#if defined(__aarch64__)

#include "pool_window.h"

#include <arm_neon.h>
#include <string.h>

ck_run ck_s8_maxpool__scalar;

// The largest codes of up to 16 channels from `c` on. Lanes beyond the channels read slack or neighbours, and are
// dropped by the caller.
static inline int8x16_t largest_of_window(const ck_pool *pool, ck_pool_window window, size_t c) {
  const ck_code *input = pool->io.input;
  int8x16_t largest = vdupq_n_s8(-128);
  for (size_t y = window.top; y < window.bottom; y++)
    for (size_t x = window.left; x < window.right; x++)
      largest = vmaxq_s8(largest, vld1q_s8(input + (y * pool->width + x) * pool->channels + c));
  return largest;
}

void ck_s8_maxpool__neon(const void *operation, size_t first, size_t end) {
  const ck_pool *pool = operation;
  if (pool->table) {
    ck_s8_maxpool__scalar(operation, first, end);
    return;
  }
  ck_code *out = (ck_code *)pool->io.output + first * pool->columns * pool->channels;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < pool->columns; column++) {
      ck_pool_window window = ck_pool_window_at(pool, row, column);
      size_t c = 0;
      for (; c + 16 <= pool->channels; c += 16) vst1q_s8(out + c, largest_of_window(pool, window, c));
      if (c < pool->channels) {
        ck_code all[16];
        vst1q_s8(all, largest_of_window(pool, window, c));
        memcpy(out + c, all, pool->channels - c);
      }
      out += pool->channels;
    }
  }
}

#endif
