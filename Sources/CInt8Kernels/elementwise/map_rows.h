// The range of a map: pixels side by side, or rows that lie apart.
#ifndef CK_MAP_ROWS_H
#define CK_MAP_ROWS_H

#include "../support/template.h"

typedef void ck_map_pixels(const ck_map *map, const void *table, const uint8_t *in, ck_code *out, size_t pixels);

ALWAYS_INLINE void ck_map_rows(const ck_map *map, const void *table, size_t first, size_t end, ck_map_pixels *pixels) {
  const uint8_t *in = map->io.input;
  ck_code *out = map->io.output;
  if (map->row == 0) {
    pixels(map, table, in + first * map->channels, out + first * map->output_pixel, end - first);
    return;
  }
  for (ptrdiff_t row = (ptrdiff_t)first; row < (ptrdiff_t)end; row++)
    pixels(map, table, in + row * map->input_row, out + row * map->output_row, map->row);
}

#endif
