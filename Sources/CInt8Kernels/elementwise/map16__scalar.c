#include "../support/requantize16.h"
#include "../support/template.h"

ALWAYS_INLINE void map_pixel(const ck_map16 *map, size_t pixel, const int words) {
  const int16_t *in = (const int16_t *)map->io.input + pixel * map->channels;
  const size_t place = pixel * map->output_pixel;
  void *const output = map->io.output;
  const size_t channels = map->channels;
  const ck_result result = map->result;
  const float multiplier = map->multiplier;
  if (map->table == NULL) {
    for (size_t c = 0; c < channels; c++) ck_store_result(output, place + c, (float)in[c] * multiplier, &result, words);
    return;
  }
  const int16_t *table = map->table + map->largest;
  for (size_t c = 0; c < channels; c++) {
    if (words) ((int16_t *)output)[place + c] = table[in[c]];
    else ((ck_code *)output)[place + c] = (ck_code)table[in[c]];
  }
}

void ck_qs16_map__scalar(const void *operation, size_t first, size_t end) {
  const ck_map16 *map = operation;
  for (size_t pixel = first; pixel < end; pixel++) {
    if (map->result.words) map_pixel(map, pixel, 1);
    else map_pixel(map, pixel, 0);
  }
}
