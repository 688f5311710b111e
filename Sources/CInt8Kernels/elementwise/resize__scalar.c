#include "../support/requantize.h"

#include <string.h>

// The nearest pixels, through a table or as they are.
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
  const size_t channels = resize->channels, row_codes = resize->width * channels;
  for (size_t y = first; y < end; y++) {
    const ck_place down = resize->down[y];
    const ck_code *upper = (const ck_code *)resize->io.input + down.pixel * row_codes;
    const ck_code *lower = upper + (down.pixel + 1 < resize->height ? row_codes : 0);
    ck_code *out = (ck_code *)resize->io.output + y * resize->columns * channels;
    if (!resize->is_linear) {
      repeat(resize, (const uint8_t *)upper, out);
      continue;
    }
    for (size_t x = 0; x < resize->columns; x++) {
      const ck_place across = resize->across[x];
      const size_t left = across.pixel * channels, right = left + (across.pixel + 1 < resize->width ? channels : 0);
      const int32_t weights[4] = {(2048 - down.share) * (2048 - across.share), (2048 - down.share) * across.share,
                                  down.share * (2048 - across.share), down.share * across.share};
      // The weights sum to 2^22, so that the zero point's share is a constant, and |acc| <= 255 * 2^22 < 2^30.
      const int32_t zero = resize->input_zero_point * (1 << 22);
      for (size_t c = 0; c < channels; c++) {
        int32_t acc = upper[left + c] * weights[0] + upper[right + c] * weights[1] + lower[left + c] * weights[2] +
                      lower[right + c] * weights[3] - zero;
        *out++ = ck_round_and_clamp((float)acc * resize->multiplier, resize->zero_point, CK_CODE_OFFSET - 128,
                                    CK_CODE_OFFSET + 127);
      }
    }
  }
}
