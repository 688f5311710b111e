#include "CInt8Kernels.h"

#include <string.h>

void ck_s8_upsample__scalar(const void *operation, size_t first, size_t end) {
  const ck_upsample *up = operation;
  size_t out_row = up->width * up->factor * up->channels;
  for (size_t row = first; row < end; row++) {
    const uint8_t *in = (const uint8_t *)up->io.input + row / up->factor * up->width * up->channels;
    ck_code *out = (ck_code *)up->io.output + row * out_row;
    for (size_t x = 0; x < up->width; x++, in += up->channels)
      for (size_t copy = 0; copy < up->factor; copy++, out += up->channels) {
        if (up->table == NULL) memcpy(out, in, up->channels);
        else
          for (size_t c = 0; c < up->channels; c++) out[c] = up->table[in[c]];
      }
  }
}
