#include "pool_window.h"

void ck_s8_maxpool__scalar(const void *operation, size_t first, size_t end) {
  const ck_pool *pool = operation;
  const ck_code *input = pool->io.input;
  ck_code *output = pool->io.output;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < pool->columns; column++) {
      ck_pool_window window = ck_pool_window_at(pool, row, column);
      ck_code *out = output + (ptrdiff_t)row * pool->output_row + column * pool->channels;
      for (size_t c = 0; c < pool->channels; c++) {
        ck_code largest = (ck_code)(CK_CODE_OFFSET - 128);
        for (size_t y = window.top; y < window.bottom; y++)
          for (size_t x = window.left; x < window.right; x++) {
            ck_code value = input[(ptrdiff_t)y * pool->input_row + (ptrdiff_t)(x * pool->channels + c)];
            largest = value > largest ? value : largest;
          }
        out[c] = pool->table ? pool->table[(uint8_t)largest] : largest;
      }
    }
  }
}
