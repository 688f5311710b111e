#include "map_rows.h"

static void map_pixels(const ck_map *map, const void *table, const uint8_t *in, ck_code *out, size_t pixels) {
  const ck_code *codes = table;
  for (size_t pixel = 0; pixel < pixels; pixel++, in += map->channels, out += map->output_pixel) {
    if (codes == NULL) memcpy(out, in, map->channels);
    else
      for (size_t c = 0; c < map->channels; c++) out[c] = codes[in[c]];
  }
}

void ck_s8_map__scalar(const void *operation, size_t first, size_t end) {
  const ck_map *map = operation;
  ck_map_rows(map, map->table, first, end, map_pixels);
}
