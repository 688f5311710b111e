#include "CInt8Kernels.h"

#include <string.h>

size_t ck_depthwise_chunks(size_t side, size_t channels, size_t chunk) {
  if (channels >= chunk || side != 3) return (channels + chunk - 1) / chunk;
  // Both begin anew together after their least common multiple.
  size_t a = channels, b = chunk;
  while (b != 0) {
    size_t rest = a % b;
    a = b;
    b = rest;
  }
  return channels / a;
}

// Rows of one column that are multiplied at once, and how many such groups the rows of two windows are.
static size_t rows_of_group(size_t weight_bytes) { return 4 / weight_bytes; }
static size_t groups_of_column(size_t side, size_t weight_bytes) { return side / rows_of_group(weight_bytes) + 1; }

size_t ck_depthwise_weights(size_t side, size_t weight_bytes) {
  return 2 * side * groups_of_column(side, weight_bytes) * rows_of_group(weight_bytes);
}

void ck_pack_depthwise(size_t side, const int8_t *weights, const int32_t *bias, const float *multipliers,
                       size_t channels, size_t chunk, size_t weight_bytes, void *packed, int32_t *packed_bias,
                       float *packed_multipliers) {
  const size_t chunks = ck_depthwise_chunks(side, channels, chunk), taps = side * side;
  const size_t sums = weight_bytes == 1 ? 4 : 2, rows = rows_of_group(weight_bytes), lanes = chunk / sums;
  memset(packed, 0, chunks * chunk * ck_depthwise_weights(side, weight_bytes) * weight_bytes);
  for (size_t place = 0; place < chunks * chunk; place++) {
    size_t sum = place / lanes % sums, lane = place % lanes;
    size_t channel = place / chunk * chunk + lane / 4 * 4 * sums + sum * 4 + lane % 4;
    if (channels < chunk && side == 3) channel %= channels;
    packed_bias[place] = channel < channels ? bias[channel] : 0;
    packed_multipliers[place] = channel < channels ? multipliers[channel] : 0;
    if (channel >= channels) continue;
    for (size_t tap = 0; tap < 2 * taps; tap++) {
      // Of the window below, the first tap is in the second row.
      size_t window = tap / taps, row = tap % taps / side + window, column = tap % side;
      size_t part = ((place / chunk * 2 + window) * side + column) * groups_of_column(side, weight_bytes) + row / rows;
      size_t at = ((part * sums + sum) * lanes + lane) * rows + row % rows;
      int8_t weight = weights[channel * taps + tap % taps];
      if (weight_bytes == 2) ((int16_t *)packed)[at] = weight;
      else ((int8_t *)packed)[at] = weight;
    }
  }
}
