#include "CInt8Kernels.h"

#include <string.h>

// A pixel's channels, in portions that a compiler copies without a call where they are whole ones.
static inline void copy_pixel(ck_code *out, const uint8_t *in, size_t channels) {
  enum { PORTION = 16 };
  if (channels % PORTION == 0) {
    for (size_t c = 0; c < channels; c += PORTION) memcpy(out + c, in + c, PORTION);
  } else {
    memcpy(out, in, channels);
  }
}

static void enlarge_row(const ck_upsample *up, const uint8_t *in, ck_code *out) {
  for (size_t x = 0; x < up->width; x++, in += up->channels)
    for (size_t copy = 0; copy < up->factor; copy++, out += up->channels) {
      if (up->table == NULL) copy_pixel(out, in, up->channels);
      else
        for (size_t c = 0; c < up->channels; c++) out[c] = up->table[in[c]];
    }
}

void ck_s8_upsample__scalar(const void *operation, size_t first, size_t end) {
  const ck_upsample *up = operation;
  const size_t bytes = up->width * up->factor * up->channels;
  ck_code *out = (ck_code *)up->io.output + (ptrdiff_t)first * up->output_row;
  for (size_t row = first; row < end; row++, out += up->output_row) {
    // Rows repeat as pixels do.
    if (row > first && row % up->factor != 0) memcpy(out, out - up->output_row, bytes);
    else enlarge_row(up, (const uint8_t *)up->io.input + (ptrdiff_t)(row / up->factor) * up->input_row, out);
  }
}
