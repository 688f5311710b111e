// Max pooling, written once for all vector instruction sets: lanes are channels, LANES8 of them at a time. Over the
// primitives of support/vector__*.h. The including file defines NAME, the kernel, and CODES_BY_16 where vectors
// are longer than 16 bytes, and CODES hold 16.
//
// The rows of a row of windows are made one of their largest codes first, some windows at a time, and windows are then
// looked at across: neighbours share most of what they look at, and no vector is cut short by a pixel's end.

#include "pool_window.h"

ck_run ck_s8_maxpool__scalar;

// Codes of such a row, which stay in the nearest cache.
enum { LARGEST = 4096 };

// The largest codes of `height` rows, which lie `row` bytes apart, for `count` bytes and up to a vector more.
CK_TARGET ALWAYS_INLINE void largest_of_rows(const ck_code *rows, size_t row, size_t height, size_t count,
                                             ck_code *out) {
  for (size_t i = 0; i < count; i += LANES8) {
    V8 largest = least8();
    for (size_t y = 0; y < height; y++) largest = max8(largest, load8(rows + y * row + i));
    store8(out + i, largest);
  }
}

// The largest codes of LANES8 channels of a window. Lanes beyond the channels read slack or neighbours, and are dropped
// by the caller.
CK_TARGET ALWAYS_INLINE V8 largest_of_window(const ck_code *window, size_t row, const size_t height, const size_t width,
                                             size_t channels) {
  V8 largest = least8();
  for (size_t y = 0; y < height; y++)
    for (size_t x = 0; x < width; x++) largest = max8(largest, load8(window + y * row + x * channels));
  return largest;
}

#if defined(CODES_BY_16)
CK_TARGET ALWAYS_INLINE CODES largest_by_16(const ck_code *window, size_t row, const size_t height, const size_t width,
                                            size_t channels) {
  CODES largest = splat_codes(CK_CODE_OFFSET - 128);
  for (size_t y = 0; y < height; y++)
    for (size_t x = 0; x < width; x++) largest = max_codes(largest, load_codes(window + y * row + x * channels));
  return largest;
}
#endif

CK_TARGET ALWAYS_INLINE void pool_pixel(const ck_code *window, size_t row, const size_t height, const size_t width,
                                        size_t channels, ck_code *out) {
  size_t c = 0;
  for (; c + LANES8 <= channels; c += LANES8)
    store8(out + c, largest_of_window(window + c, row, height, width, channels));
#if defined(CODES_BY_16)
  for (; c + 16 <= channels; c += 16) store_codes(out + c, largest_by_16(window + c, row, height, width, channels));
#endif
  if (c < channels) {
    ck_code all[LANES8];
    store8(all, largest_of_window(window + c, row, height, width, channels));
    memcpy(out + c, all, channels - c);
  }
}

// `count` windows side by side.
CK_TARGET ALWAYS_INLINE void pool_pixels(const ck_pool *pool, const ck_code *window, size_t count, size_t row,
                                         const size_t height, const size_t width, ck_code *out) {
  const size_t channels = pool->channels, step = pool->stride * channels;
  for (; count > 0; count--, window += step, out += channels) pool_pixel(window, row, height, width, channels, out);
}

// The windows of columns first ..< end, whose rows are `height` rows from `rows` on.
CK_TARGET static void pool_columns(const ck_pool *pool, const ck_code *rows, size_t height, size_t first, size_t end,
                                   ck_code *out) {
  const size_t channels = pool->channels, row = (size_t)pool->input_row;
  ck_pool_window window = {0, 0, 0, 0};
  ck_pool_window_across(pool, end - 1, &window);
  const size_t right = window.right;
  ck_pool_window_across(pool, first, &window);
  const size_t left = window.left, bytes = (right - left) * channels;
  const int fits = bytes <= LARGEST;
  ck_code largest[LARGEST + LANES8];
  // Common windows unroll, here and below.
  if (fits && height == 2) largest_of_rows(rows + left * channels, row, 2, bytes, largest);
  else if (fits && height == 3) largest_of_rows(rows + left * channels, row, 3, bytes, largest);
  else if (fits) largest_of_rows(rows + left * channels, row, height, bytes, largest);
  for (size_t column = first, count = 1; column < end; column += count, out += count * channels) {
    count = ck_pool_windows_alike(pool, column, end);
    ck_pool_window_across(pool, column, &window);
    const size_t width = window.right - window.left;
    const ck_code *across = largest + (window.left - left) * channels;
    if (!fits) pool_pixels(pool, rows + window.left * channels, count, row, height, width, out);
    else if (width == 2) pool_pixels(pool, across, count, 0, 1, 2, out);
    else if (width == 3) pool_pixels(pool, across, count, 0, 1, 3, out);
    else pool_pixels(pool, across, count, 0, 1, width, out);
  }
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_pool copy = *(const ck_pool *)operation, *pool = &copy;
  if (pool->table) {
    ck_s8_maxpool__scalar(operation, first, end);
    return;
  }
  const size_t pixels = LARGEST / pool->channels;
  const size_t most = pixels > pool->window_width ? (pixels - pool->window_width) / pool->stride + 1 : 1;
  for (size_t row = first; row < end; row++) {
    const ck_pool_window window = ck_pool_window_at(pool, row, 0);
    const ck_code *rows = (const ck_code *)pool->io.input + (ptrdiff_t)window.top * pool->input_row;
    ck_code *out = (ck_code *)pool->io.output + (ptrdiff_t)row * pool->output_row;
    for (size_t column = 0; column < pool->columns; column += most) {
      const size_t left = pool->columns - column;
      pool_columns(pool, rows, window.bottom - window.top, column, column + (left < most ? left : most),
                   out + column * pool->channels);
    }
  }
}
