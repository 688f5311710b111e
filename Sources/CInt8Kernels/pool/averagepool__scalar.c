#include "../support/requantize.h"
#include "pool_window.h"

void ck_qs8_averagepool__scalar(const void *operation, size_t first, size_t end) {
  const ck_pool *pool = operation;
  const ck_code *input = pool->io.input;
  ck_code *out = (ck_code *)pool->io.output + first * pool->columns * pool->channels;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < pool->columns; column++, out += pool->channels) {
      ck_pool_window window = ck_pool_window_at(pool, row, column);
      size_t count = (window.bottom - window.top) * (window.right - window.left);
      float multiplier = pool->input_scale / (pool->output_scale * (float)count);
      for (size_t c = 0; c < pool->channels; c++) {
        // |sum| <= 2^23 * 255 < 2^31: windows of more elements are refused at load.
        int32_t sum = 0;
        for (size_t y = window.top; y < window.bottom; y++)
          for (size_t x = window.left; x < window.right; x++)
            sum += input[(y * pool->width + x) * pool->channels + c] - pool->input_zero_point;
        out[c] = ck_round_and_clamp((float)sum * multiplier, pool->output_zero_point, CK_CODE_OFFSET - 128,
                                    CK_CODE_OFFSET + 127);
      }
    }
  }
}
