// Max pooling, written once for all vector instruction sets: lanes are channels, LANES8 of them at a time. Over the
// primitives of support/vector__*.h. The including file defines NAME, the kernel, and CODES_BY_16 where vectors
// are longer than 16 bytes, and CODES hold 16.

#include "pool_window.h"

ck_run ck_s8_maxpool__scalar;

// The largest codes of up to LANES8 channels from `c` on. Lanes beyond the channels read slack or neighbours, and are
// dropped by the caller.
CK_TARGET ALWAYS_INLINE V8 largest_of_window(const ck_pool *pool, const ck_code *window, const size_t height,
                                             const size_t width, size_t c) {
  V8 largest = least8();
  for (size_t y = 0; y < height; y++)
    for (size_t x = 0; x < width; x++)
      largest = max8(largest, load8(window + (y * pool->width + x) * pool->channels + c));
  return largest;
}

#if defined(CODES_BY_16)
CK_TARGET ALWAYS_INLINE CODES largest_by_16(const ck_pool *pool, const ck_code *window, const size_t height,
                                            const size_t width, size_t c) {
  CODES largest = splat_codes(CK_CODE_OFFSET - 128);
  for (size_t y = 0; y < height; y++)
    for (size_t x = 0; x < width; x++)
      largest = max_codes(largest, load_codes(window + (y * pool->width + x) * pool->channels + c));
  return largest;
}
#endif

CK_TARGET ALWAYS_INLINE void pool_pixel(const ck_pool *pool, const ck_code *window, const size_t height,
                                        const size_t width, ck_code *out) {
  size_t c = 0;
  for (; c + LANES8 <= pool->channels; c += LANES8) store8(out + c, largest_of_window(pool, window, height, width, c));
#if defined(CODES_BY_16)
  for (; c + 16 <= pool->channels; c += 16) store_codes(out + c, largest_by_16(pool, window, height, width, c));
#endif
  if (c < pool->channels) {
    ck_code all[LANES8];
    store8(all, largest_of_window(pool, window, height, width, c));
    memcpy(out + c, all, pool->channels - c);
  }
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_pool copy = *(const ck_pool *)operation, *pool = &copy;
  if (pool->table) {
    ck_s8_maxpool__scalar(operation, first, end);
    return;
  }
  ck_code *out = (ck_code *)pool->io.output + first * pool->columns * pool->channels;
  for (size_t row = first; row < end; row++) {
    ck_pool_window window = ck_pool_window_at(pool, row, 0);
    for (size_t column = 0; column < pool->columns; column++, out += pool->channels) {
      ck_pool_window_across(pool, column, &window);
      const size_t height = window.bottom - window.top, width = window.right - window.left;
      const ck_code *first_pixel = (const ck_code *)pool->io.input +
                                   (window.top * pool->width + window.left) * pool->channels;
      // Common windows unroll.
      if (height == 2 && width == 2) pool_pixel(pool, first_pixel, 2, 2, out);
      else if (height == 3 && width == 3) pool_pixel(pool, first_pixel, 3, 3, out);
      else pool_pixel(pool, first_pixel, height, width, out);
    }
  }
}
