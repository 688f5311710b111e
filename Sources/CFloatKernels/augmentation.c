#include "CAugmentation.h"

static inline int clamped(int value, int last) { return value < 0 ? 0 : value > last ? last : value; }

// One output row, columns `begin ..< end`. `inside` says that no neighbour lies beyond the border.
static inline __attribute__((always_inline)) void warp_columns(
    const uint8_t *in, uint8_t *out, int height, int width, const int channels, const int32_t map[6], int64_t row_x,
    int64_t row_y, int begin, int end, const int inside) {
  int32_t sx = (int32_t)(row_x + (int64_t)map[0] * begin), sy = (int32_t)(row_y + (int64_t)map[3] * begin);
  out += begin * channels;
  for (int x = begin; x < end; x++, sx += map[0], sy += map[3]) {
    int left = sx >> 16, top = sy >> 16, right = left + 1, bottom = top + 1;
    if (!inside) {
      left = clamped(left, width - 1);
      right = clamped(right, width - 1);
      top = clamped(top, height - 1);
      bottom = clamped(bottom, height - 1);
    }
    unsigned fx = (unsigned)(sx >> 8) & 255, fy = (unsigned)(sy >> 8) & 255;
    const uint8_t *upper = in + top * width * channels, *lower = in + bottom * width * channels;
    // Weights sum to 65536, so the sum is at most 255 * 65536 + 32768 < 2^24.
    unsigned w11 = fx * fy, w10 = fy * 256 - w11, w01 = fx * 256 - w11, w00 = 65536 - w11 - w10 - w01;
    for (int c = 0; c < channels; c++) {
      unsigned sum = w00 * upper[left * channels + c] + w01 * upper[right * channels + c] +
                     w10 * lower[left * channels + c] + w11 * lower[right * channels + c];
      *out++ = (uint8_t)((sum + 32768) >> 16);
    }
  }
}

// Whether column x of a row has all four neighbours inside.
static inline int is_inside(int64_t x, const int32_t map[6], int64_t row_x, int64_t row_y, int height, int width) {
  int64_t left = (row_x + map[0] * x) >> 16, top = (row_y + map[3] * x) >> 16;
  return left >= 0 && left + 1 < width && top >= 0 && top + 1 < height;
}

static inline __attribute__((always_inline)) void warp_picture(const uint8_t *in, uint8_t *out, int height, int width,
                                                               const int channels, const int32_t map[6]) {
  for (int y = 0; y < height; y++, out += width * channels) {
    int64_t row_x = (int64_t)map[1] * y + map[2], row_y = (int64_t)map[4] * y + map[5];
    // The source of a row is a line, and what lies inside of it one piece: found from both ends.
    int begin = 0, end = width;
    while (begin < end && !is_inside(begin, map, row_x, row_y, height, width)) begin++;
    while (end > begin && !is_inside(end - 1, map, row_x, row_y, height, width)) end--;
    warp_columns(in, out, height, width, channels, map, row_x, row_y, 0, begin, 0);
    warp_columns(in, out, height, width, channels, map, row_x, row_y, begin, end, 1);
    warp_columns(in, out, height, width, channels, map, row_x, row_y, end, width, 0);
  }
}

void ca_warp(const uint8_t *in, uint8_t *out, int height, int width, int channels, const int32_t map[6]) {
  if (channels == 3) warp_picture(in, out, height, width, 3, map);
  else warp_picture(in, out, height, width, channels, map);
}

void ca_mirror(uint8_t *pixels, int height, int width, int channels) {
  for (int y = 0; y < height; y++, pixels += width * channels) {
    uint8_t *left = pixels, *right = pixels + (width - 1) * channels;
    for (; left < right; left += channels, right -= channels) {
      for (int c = 0; c < channels; c++) {
        uint8_t kept = left[c];
        left[c] = right[c];
        right[c] = kept;
      }
    }
  }
}

void ca_apply_tables(uint8_t *pixels, int count, int channels, const uint8_t *tables) {
  for (int i = 0; i < count; i++) {
    for (int c = 0; c < channels; c++, pixels++) *pixels = tables[c * 256 + *pixels];
  }
}
