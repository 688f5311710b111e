// What rgb3x3_template.h needs on aarch64, but for rgb_tile: pooled pixels one by one.
#include "conv_window.h"

#define TILE 1
#define PLAIN_IS_FASTER 0

// Reads up to 48 bytes beyond the last window.
static inline void gather_corners(const int8_t *x, ptrdiff_t row, size_t windows, int8_t *corners) {
  for (size_t window = 0; window < windows; window += 16) {
    const int8_t *first = x + 3 * window + 8;
    int8x16x4_t rows;
    for (int r = 0; r < 4; r++) rows.val[r] = vld3q_s8(first + r * row).val[0];
    vst4q_s8(corners + 4 * window, rows);
  }
}

// Weights are loaded again for each pixel: there are more than registers.
typedef struct {
  const int8_t *weights;
} rgb_block;

static inline rgb_block load_block(const ck_conv *conv, size_t channel) {
  return (rgb_block){(const int8_t *)conv->weights + channel / CK_BLOCK * CK_RGB3X3_BLOCK_BYTES};
}

// Equation (4): the largest of the sums of 2x2 windows.
static inline V32 largest_of(V32 sums[2][2][4], int v) {
  return max32(max32(sums[0][0][v], sums[0][1][v]), max32(sums[1][0][v], sums[1][1][v]));
}
