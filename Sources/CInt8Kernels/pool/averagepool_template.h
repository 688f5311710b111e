// Average pooling, written once for all vector instruction sets: lanes are channels, LANES16 of them at a time. Over
// the primitives of support/vector__*.h. The including file defines NAME, the kernel.

#include "pool_window.h"

ck_run ck_qs8_averagepool__scalar;

// Codes whose sum fits in 16 bits, since 128 * 255 < 2^15.
enum { IN_WORDS = 128 };

// What makes codes of the sums of windows that have as many elements.
typedef struct {
  V32 start;  // the zero points of all elements
  F32 multiplier;
  V16 zero_point;
} average;

CK_TARGET ALWAYS_INLINE V16 sum_of(const ck_code *window, size_t row, const size_t height, const size_t width,
                                   size_t channels) {
  V16 sum = splat16(0);
  for (size_t y = 0; y < height; y++)
    for (size_t x = 0; x < width; x++) sum = add16(sum, load_codes16(window + y * row + x * channels));
  return sum;
}

CK_TARGET ALWAYS_INLINE void add_words(V32 sums[2], V16 words) {
  V32 wide[2];
  widened(words, wide);
  UNROLL_FOR (int i = 0; i < 2; i++) sums[i] = add32(sums[i], wide[i]);
}

CK_TARGET ALWAYS_INLINE CODES average_of(const average *average, const ck_code *window, size_t row, const size_t height,
                                         const size_t width, size_t channels) {
  V32 sums[2] = {average->start, average->start};
  if (height * width <= IN_WORDS) {
    add_words(sums, sum_of(window, row, height, width, channels));
  } else {
    for (size_t y = 0; y < height; y++)
      for (size_t x = 0; x < width; x += IN_WORDS) {
        const size_t left = width - x;
        add_words(sums, sum_of(window + y * row + x * channels, 0, 1, left < IN_WORDS ? left : IN_WORDS, channels));
      }
  }
  F32 products[2];
  UNROLL_FOR (int i = 0; i < 2; i++) products[i] = multiply_floats(floats_of(sums[i]), average->multiplier);
  return codes_of(add16_saturating(rounded16(products[0], products[1]), average->zero_point));
}

// `count` windows side by side. The last channels once more, with some that are there already.
CK_TARGET ALWAYS_INLINE void pool_pixels(const ck_pool *pool, const ck_code *window, size_t count, const size_t height,
                                         const size_t width, ck_code *out) {
  const size_t channels = pool->channels, row = (size_t)pool->input_row;
  const float elements = (float)(height * width);
  const average average = {splat32(-pool->input_zero_point * (int32_t)(height * width)),
                           splat_float(pool->input_scale / (pool->output_scale * elements)),
                           splat16(pool->output_zero_point)};
  for (; count > 0; count--, window += pool->stride * channels, out += channels) {
    size_t c = 0;
    for (; c + LANES16 <= channels; c += LANES16)
      store_codes(out + c, average_of(&average, window + c, row, height, width, channels));
    if (c == channels) continue;
    c = channels - LANES16;
    store_codes(out + c, average_of(&average, window + c, row, height, width, channels));
  }
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_pool copy = *(const ck_pool *)operation, *pool = &copy;
  const size_t channels = pool->channels;
  if (channels < LANES16) {
    ck_qs8_averagepool__scalar(operation, first, end);
    return;
  }
  for (size_t row = first; row < end; row++) {
    ck_code *out = (ck_code *)pool->io.output + (ptrdiff_t)row * pool->output_row;
    for (size_t column = 0, count = 1; column < pool->columns; column += count, out += count * channels) {
      count = ck_pool_windows_alike(pool, column, pool->columns);
      const ck_pool_window w = ck_pool_window_at(pool, row, column);
      const size_t height = w.bottom - w.top, width = w.right - w.left;
      const ck_code *window = (const ck_code *)pool->io.input + (ptrdiff_t)w.top * pool->input_row + w.left * channels;
      // Common windows unroll.
      if (height == 2 && width == 2) pool_pixels(pool, window, count, 2, 2, out);
      else if (height == 3 && width == 3) pool_pixels(pool, window, count, 3, 3, out);
      else pool_pixels(pool, window, count, height, width, out);
    }
  }
}
