// The loop of maps, written once for vector instruction sets. The including file defines
//   CK_TARGET     the attribute that names the instruction set, or nothing
//   map_table     256 entries as the instruction set looks them up, and load_table, which makes it of a table
//   map_step      LANES look-ups
//   NAME, LANES   the kernel, and its codes at once

ck_run ck_s8_map__scalar;

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_map *map = operation;
  // Pixels that lie side by side in the output as well are one run of codes.
  const int is_run = map->channels == map->output_pixel;
  if (map->table == NULL || (!is_run && map->channels < LANES)) {
    ck_s8_map__scalar(operation, first, end);
    return;
  }
  const size_t runs = is_run ? 1 : end - first, count = is_run ? (end - first) * map->channels : map->channels;
  const uint8_t *in = (const uint8_t *)map->io.input + first * map->channels;
  ck_code *out = (ck_code *)map->io.output + first * map->output_pixel;
  map_table table;
  load_table(&table, map->table);
  for (size_t run = 0; run < runs; run++, in += count, out += map->output_pixel) {
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) map_step(&table, in + i, out + i);
    for (; i < count; i++) out[i] = map->table[in[i]];
  }
}
