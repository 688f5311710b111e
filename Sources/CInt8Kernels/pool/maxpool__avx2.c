#if defined(__x86_64__)

#include "pool_window.h"

#include <immintrin.h>
#include <string.h>

ck_run ck_s8_maxpool__scalar;

#define CK_TARGET __attribute__((target("avx2")))

// The largest codes of up to 32 channels from `c` on. Lanes beyond the channels read slack or neighbours, and are
// dropped by the caller.
CK_TARGET static inline __m256i largest_of_window(const ck_pool *pool, ck_pool_window window, size_t c) {
  const ck_code *input = pool->io.input;
  __m256i largest = _mm256_setzero_si256();
  for (size_t y = window.top; y < window.bottom; y++)
    for (size_t x = window.left; x < window.right; x++) {
      const ck_code *pixel = input + (y * pool->width + x) * pool->channels + c;
      largest = _mm256_max_epu8(largest, _mm256_loadu_si256((const __m256i *)pixel));
    }
  return largest;
}

CK_TARGET void ck_s8_maxpool__avx2(const void *operation, size_t first, size_t end) {
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
      for (; c + 32 <= pool->channels; c += 32)
        _mm256_storeu_si256((__m256i *)(out + c), largest_of_window(pool, window, c));
      if (c < pool->channels) {
        ck_code all[32];
        _mm256_storeu_si256((__m256i *)all, largest_of_window(pool, window, c));
        memcpy(out + c, all, pool->channels - c);
      }
      out += pool->channels;
    }
  }
}

#endif
