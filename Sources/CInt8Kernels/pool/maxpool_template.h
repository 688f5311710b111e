// Max pooling, written once for all vector instruction sets: lanes are channels, LANES8 of them at a time. Over the
// primitives of support/vector__*.h. The including file defines NAME, the kernel.

#include "pool_window.h"

ck_run ck_s8_maxpool__scalar;

// The largest codes of up to LANES8 channels from `c` on. Lanes beyond the channels read slack or neighbours, and are
// dropped by the caller.
CK_TARGET static inline V8 largest_of_window(const ck_pool *pool, ck_pool_window window, size_t c) {
  const ck_code *input = pool->io.input;
  V8 largest = least8();
  for (size_t y = window.top; y < window.bottom; y++)
    for (size_t x = window.left; x < window.right; x++)
      largest = max8(largest, load8(input + (y * pool->width + x) * pool->channels + c));
  return largest;
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
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
      for (; c + LANES8 <= pool->channels; c += LANES8) store8(out + c, largest_of_window(pool, window, c));
      if (c < pool->channels) {
        ck_code all[LANES8];
        store8(all, largest_of_window(pool, window, c));
        memcpy(out + c, all, pool->channels - c);
      }
      out += pool->channels;
    }
  }
}
