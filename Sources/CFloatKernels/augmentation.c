#include "CAugmentation.h"

static inline int clamped(int value, int last) { return value < 0 ? 0 : value > last ? last : value; }

void ca_warp(const uint8_t *in, uint8_t *out, int height, int width, int channels, const int32_t map[6]) {
  for (int y = 0; y < height; y++) {
    int64_t row_x = (int64_t)map[1] * y + map[2], row_y = (int64_t)map[4] * y + map[5];
    for (int x = 0; x < width; x++) {
      int32_t sx = (int32_t)(row_x + (int64_t)map[0] * x), sy = (int32_t)(row_y + (int64_t)map[3] * x);
      int left = sx >> 16, top = sy >> 16;
      unsigned fx = (unsigned)(sx >> 8) & 255, fy = (unsigned)(sy >> 8) & 255;
      int x0 = clamped(left, width - 1) * channels, x1 = clamped(left + 1, width - 1) * channels;
      const uint8_t *upper = in + (int64_t)clamped(top, height - 1) * width * channels;
      const uint8_t *lower = in + (int64_t)clamped(top + 1, height - 1) * width * channels;
      // Weights sum to 65536, so the sum is at most 255 * 65536 + 32768 < 2^24.
      unsigned w11 = fx * fy, w10 = fy * 256 - w11, w01 = fx * 256 - w11, w00 = 65536 - w11 - w10 - w01;
      for (int c = 0; c < channels; c++) {
        unsigned sum = w00 * upper[x0 + c] + w01 * upper[x1 + c] + w10 * lower[x0 + c] + w11 * lower[x1 + c];
        *out++ = (uint8_t)((sum + 32768) >> 16);
      }
    }
  }
}

void ca_apply_tables(uint8_t *pixels, int count, int channels, const uint8_t *tables) {
  for (int i = 0; i < count; i++) {
    for (int c = 0; c < channels; c++, pixels++) *pixels = tables[c * 256 + *pixels];
  }
}
