#include "../support/requantize.h"
#include "resize.h"

// The nearest pixels of a row, through a table or as they are.
static void repeat(const ck_resize *resize, const uint8_t *row, ck_code *out) {
  for (size_t x = 0; x < resize->columns; x++, out += resize->channels) {
    const uint8_t *in = row + resize->across[x].pixel * resize->channels;
    if (resize->table == NULL) memcpy(out, in, resize->channels);
    else
      for (size_t c = 0; c < resize->channels; c++) out[c] = resize->table[in[c]];
  }
}

void ck_qs8_resize__scalar(const void *operation, size_t first, size_t end) {
  const ck_resize *resize = operation;
  const size_t channels = resize->channels;
  ck_code *out = (ck_code *)resize->io.output + first * resize->columns * channels;
  for (size_t y = first; y < end; y++) {
    if (!resize->is_linear) {
      repeat(resize, (const uint8_t *)resize->io.input + resize->down[y].pixel * resize->width * channels, out);
      out += resize->columns * channels;
      continue;
    }
    for (size_t x = 0; x < resize->columns; x++) {
      const ck_corners corners = ck_corners_at(resize, y, x, 1);
      for (size_t c = 0; c < channels; c++) {
        // |acc| <= 255 * 2^22 < 2^30
        int32_t acc = 0;
        for (int i = 0; i < 4; i++) acc += (corners.pixels[i][c] - resize->input_zero_point) * corners.weights[i];
        *out++ = ck_round_and_clamp((float)acc * resize->multiplier, resize->zero_point, CK_CODE_OFFSET - 128,
                                    CK_CODE_OFFSET + 127);
      }
    }
  }
}
