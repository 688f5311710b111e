#include "CInt8Kernels.h"

#include <string.h>

void ck_s8_map__scalar(const void *operation, size_t first, size_t end) {
  const ck_map *map = operation;
  for (size_t pixel = first; pixel < end; pixel++) {
    const uint8_t *in = (const uint8_t *)map->io.input + pixel * map->channels;
    ck_code *out = (ck_code *)map->io.output + pixel * map->output_pixel;
    if (map->table == NULL) memcpy(out, in, map->channels);
    else
      for (size_t c = 0; c < map->channels; c++) out[c] = map->table[in[c]];
  }
}
