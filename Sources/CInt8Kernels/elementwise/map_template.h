// The loop of maps, written once for vector instruction sets. The including file defines
//   CK_TARGET     the attribute that names the instruction set, or nothing
//   map_table     256 entries as the instruction set looks them up, and load_table, which makes it of a table
//   map_step      LANES look-ups
//   NAME, LANES   the kernel, and its codes at once

#include "map_rows.h"

ck_run ck_s8_map__scalar;

CK_TARGET static void map_pixels(const ck_map *map, const void *table, const uint8_t *in, ck_code *out, size_t pixels) {
  // Pixels that lie side by side in the output as well are one run of codes.
  const int is_run = map->channels == map->output_pixel;
  const size_t runs = is_run ? 1 : pixels, count = is_run ? pixels * map->channels : map->channels;
  for (size_t run = 0; run < runs; run++, in += count, out += map->output_pixel) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) map_step(table, in + i, out + i);
    if (i == count) continue;
    // What is read beyond is slack, or a neighbour's, who may be writing it; it is dropped.
    ck_code rest[LANES];
    map_step(table, in + i, rest);
    memcpy(out + i, rest, count - i);
  }
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_map *map = operation;
  if (map->table == NULL) {
    ck_s8_map__scalar(operation, first, end);
    return;
  }
  map_table table;
  load_table(&table, map->table);
  ck_map_rows(map, &table, first, end, map_pixels);
}
