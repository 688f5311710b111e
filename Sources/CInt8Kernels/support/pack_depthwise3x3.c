#include "CInt8Kernels.h"

#include <string.h>

size_t ck_depthwise3x3_chunks(size_t channels, size_t chunk) {
  if (channels >= chunk) return (channels + chunk - 1) / chunk;
  // Both begin anew together after their least common multiple.
  size_t a = channels, b = chunk;
  while (b != 0) {
    size_t rest = a % b;
    a = b;
    b = rest;
  }
  return channels / a;
}

void ck_pack_depthwise3x3(const int8_t *weights, const int32_t *bias, const float *multipliers, size_t channels,
                          size_t chunk, size_t weight_bytes, void *packed, int32_t *packed_bias,
                          float *packed_multipliers) {
  const size_t chunks = ck_depthwise3x3_chunks(channels, chunk);
  const size_t sums = weight_bytes == 1 ? 4 : 2, rows = 4 / weight_bytes, lanes = chunk / sums;
  memset(packed, 0, chunks * chunk * CK_DEPTHWISE3X3_WEIGHTS * weight_bytes);
  for (size_t place = 0; place < chunks * chunk; place++) {
    size_t sum = place / lanes % sums, lane = place % lanes;
    size_t channel = place / chunk * chunk + lane / 4 * 4 * sums + sum * 4 + lane % 4;
    if (channels < chunk) channel %= channels;
    packed_bias[place] = channel < channels ? bias[channel] : 0;
    packed_multipliers[place] = channel < channels ? multipliers[channel] : 0;
    if (channel >= channels) continue;
    for (size_t tap = 0; tap < 18; tap++) {
      // Of the window below, the first tap is in the second row.
      size_t window = tap / 9, row = tap % 9 / 3 + window, column = tap % 3;
      size_t part = ((place / chunk * 2 + window) * 3 + column) * (4 / rows) + row / rows;
      size_t at = ((part * sums + sum) * lanes + lane) * rows + row % rows;
      int8_t weight = weights[channel * 9 + tap % 9];
      if (weight_bytes == 2) ((int16_t *)packed)[at] = weight;
      else ((int8_t *)packed)[at] = weight;
    }
  }
}
