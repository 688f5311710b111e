#include "CInt8Kernels.h"

#include <string.h>

void ck_pack(const int8_t *weights, size_t outputs, size_t segments, size_t segment_inputs, size_t group,
             size_t weight_bytes, void *packed) {
  size_t blocks = (outputs + CK_BLOCK - 1) / CK_BLOCK;
  size_t groups = (segment_inputs + group - 1) / group;
  size_t count = blocks * segments * groups * CK_BLOCK * group;
  memset(packed, 0, count * weight_bytes);
  for (size_t output = 0; output < outputs; output++) {
    size_t block = output / CK_BLOCK;
    size_t lane = output % CK_BLOCK;
    for (size_t segment = 0; segment < segments; segment++) {
      const int8_t *row = weights + (output * segments + segment) * segment_inputs;
      for (size_t i = 0; i < segment_inputs; i++) {
        size_t place = (((block * segments + segment) * groups + i / group) * CK_BLOCK + lane) * group + i % group;
        if (weight_bytes == 2) ((int16_t *)packed)[place] = row[i];
        else ((int8_t *)packed)[place] = row[i];
      }
    }
  }
}

ck_weight_sums ck_sum_weights(const int8_t *weights, size_t count) {
  // Runs short enough for 16-bit sums (64 * 128 < 2^15), of which compilers put eight in a vector.
  enum { RUN = 64 };
  ck_weight_sums sums = {0, 0, 0};
  int8_t smallest = 0;
  for (; count >= RUN; count -= RUN, weights += RUN) {
    int16_t sum = 0, magnitude = 0;
    for (size_t i = 0; i < RUN; i++) {
      int16_t w = weights[i];
      sum = (int16_t)(sum + w);
      magnitude = (int16_t)(magnitude + (w < 0 ? -w : w));
    }
    for (size_t i = 0; i < RUN; i++) smallest = weights[i] < smallest ? weights[i] : smallest;
    sums.sum += sum;
    sums.magnitude += magnitude;
  }
  for (size_t i = 0; i < count; i++) {
    sums.sum += weights[i];
    sums.magnitude += weights[i] < 0 ? -weights[i] : weights[i];
    smallest = weights[i] < smallest ? weights[i] : smallest;
  }
  sums.has_minus_128 = smallest == -128;
  return sums;
}

void ck_pack_rgb3x3(const int8_t *weights, size_t outputs, size_t group, void *packed) {
  size_t blocks = (outputs + CK_BLOCK - 1) / CK_BLOCK;
  memset(packed, 0, blocks * CK_RGB3X3_BLOCK_BYTES);
  for (size_t output = 0; output < outputs; output++) {
    int8_t *block = (int8_t *)packed + output / CK_BLOCK * CK_RGB3X3_BLOCK_BYTES;
    for (size_t row = 0; row < 3; row++) {
      const int8_t *run = weights + output * 27 + row * 9;
      int8_t fours[4][4] = {{run[0], run[1], run[2], run[3]}, {run[4], run[5], run[6], run[7]}, {0}, {0}};
      fours[2][row] = run[8];
      fours[3][row + 1] = run[8];
      const size_t places[4] = {128 * row, 128 * row + 64, 384, 448};
      for (size_t part = 0; part < 4; part++)
        for (size_t i = 0; i < 4; i++)
          block[places[part] + (i / group * CK_BLOCK + output % CK_BLOCK) * group + i % group] |= fours[part][i];
    }
  }
}

void ck_pack_winograd(const int8_t *weights, size_t outputs, size_t inputs, size_t side, size_t group,
                      int16_t *packed) {
  // G times the numbers that make it whole.
  static const int16_t of_2[4][3] = {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}};
  static const int16_t of_4[6][3] = {{6, 0, 0}, {-4, -4, -4}, {-4, 4, -4}, {1, 2, 4}, {1, -2, 4}, {0, 0, 12}};
  const int16_t(*const g)[3] = side == 2 ? of_2 : of_4;
  const size_t blocks = (outputs + CK_BLOCK - 1) / CK_BLOCK, rows = side + 2;
  const size_t position_size = (inputs + group - 1) / group * group * CK_BLOCK;
  memset(packed, 0, blocks * rows * rows * position_size * sizeof *packed);
  for (size_t output = 0; output < outputs; output++) {
    int16_t *block = packed + output / CK_BLOCK * rows * rows * position_size;
    const size_t lane = output % CK_BLOCK;
    for (size_t input = 0; input < inputs; input++) {
      int16_t *place = block + (group == 2 ? (input / 2 * CK_BLOCK + lane) * 2 + input % 2 : input * CK_BLOCK + lane);
      const int8_t *w = weights + output * 9 * inputs + input;
      for (size_t i = 0; i < rows; i++) {
        int16_t row[3];
        for (size_t x = 0; x < 3; x++)
          row[x] = (int16_t)(g[i][0] * w[x * inputs] + g[i][1] * w[(3 + x) * inputs] + g[i][2] * w[(6 + x) * inputs]);
        for (size_t j = 0; j < rows; j++, place += position_size)
          *place = (int16_t)(g[j][0] * row[0] + g[j][1] * row[1] + g[j][2] * row[2]);
      }
    }
  }
}

void ck_pack_dense_part(const int8_t *weights, size_t outputs, size_t inputs, int8_t *packed) {
  enum { GROUP = CK_DENSE_PART_GROUP, RUN = 64 };
  size_t padded = (outputs + CK_BLOCK - 1) / CK_BLOCK * CK_BLOCK;
  // A line of each of a block's rows at a time, so that every line is read and written once.
  for (size_t start = 0; start < inputs; start += RUN) {
    size_t end = inputs - start < RUN ? inputs : start + RUN;
    for (size_t block = 0; block < padded; block += CK_BLOCK)
      for (size_t input = start; input < end; input += GROUP) {
        int8_t *place = packed + (input / GROUP * padded + block) * GROUP;
        for (size_t lane = 0; lane < CK_BLOCK; lane++, place += GROUP) {
          if (block + lane < outputs) memcpy(place, weights + (block + lane) * inputs + input, GROUP);
          else memset(place, 0, GROUP);
        }
      }
  }
}
