#include "CAugmentation.h"

static inline int clamped(int value, int last) { return value < 0 ? 0 : value > last ? last : value; }

// One output row, columns `begin ..< end`. `inside` says that no neighbour lies beyond the border.
static inline __attribute__((always_inline)) void warp_columns(const uint8_t *in, uint8_t *out, int height, int width,
                                                               const int channels, const int32_t map[6], int64_t row_x,
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

static inline __attribute__((always_inline)) void warp_picture(const uint8_t *in, int in_height, int in_width,
                                                               uint8_t *out, int height, int width, const int channels,
                                                               const int32_t map[6]) {
  for (int y = 0; y < height; y++, out += width * channels) {
    int64_t row_x = (int64_t)map[1] * y + map[2], row_y = (int64_t)map[4] * y + map[5];
    // The source of a row is a line, and what lies inside of it one piece: found from both ends.
    int begin = 0, end = width;
    while (begin < end && !is_inside(begin, map, row_x, row_y, in_height, in_width)) begin++;
    while (end > begin && !is_inside(end - 1, map, row_x, row_y, in_height, in_width)) end--;
    warp_columns(in, out, in_height, in_width, channels, map, row_x, row_y, 0, begin, 0);
    warp_columns(in, out, in_height, in_width, channels, map, row_x, row_y, begin, end, 1);
    warp_columns(in, out, in_height, in_width, channels, map, row_x, row_y, end, width, 0);
  }
}

void ca_warp(const uint8_t *in, int in_height, int in_width, uint8_t *out, int height, int width, int channels,
             const int32_t map[6]) {
  if (channels == 3) warp_picture(in, in_height, in_width, out, height, width, 3, map);
  else warp_picture(in, in_height, in_width, out, height, width, channels, map);
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

static inline uint8_t byte(int value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

void ca_saturate(uint8_t *pixels, int count, int factor) {
  for (int i = 0; i < count; i++, pixels += 3) {
    // The weights of BT.601 in 16 bits, as wherever this project makes grey.
    int luma = (19595 * pixels[0] + 38470 * pixels[1] + 7471 * pixels[2] + 32768) >> 16;
    for (int c = 0; c < 3; c++) pixels[c] = byte(luma + (((pixels[c] - luma) * factor + 128) >> 8));
  }
}

void ca_side_light(uint8_t *pixels, int height, int width, int channels, int across, int down) {
  for (int y = 0; y < height; y++) {
    // |across u + down v| <= 65536, so a factor is in 0 ... 131072 and the product below 2^25.
    int row = 65536 + down * (2 * y + 1 - height) / height;
    for (int x = 0; x < width; x++) {
      int factor = row + across * (2 * x + 1 - width) / width;
      for (int c = 0; c < channels; c++, pixels++) *pixels = byte((*pixels * factor + 32768) >> 16);
    }
  }
}

// A box of 2 whole + 1 samples and `part` / 256 of one more at each end; `inverse` is 2^32 over the sum of weights.
typedef struct {
  int whole;
  uint32_t part;
  uint64_t inverse;
} box;

// inner <= 255 * 131 and the weights sum to at most 256 * 131 + 510, so the sum is below 2^24; the product with the
// inverse is at most 255 * 2^32, and rounds to at most 255.
static inline uint8_t averaged(box b, uint32_t inner, uint32_t ends) {
  return (uint8_t)(((uint64_t)(256 * inner + b.part * ends) * b.inverse + (UINT64_C(1) << 31)) >> 32);
}

static void blur_rows(const uint8_t *in, uint8_t *out, int height, int width, int channels, box b) {
  for (int y = 0; y < height; y++, in += width * channels, out += width * channels) {
    for (int c = 0; c < channels; c++) {
      uint32_t sum = 0;
      for (int k = -b.whole; k <= b.whole; k++) sum += in[clamped(k, width - 1) * channels + c];
      for (int x = 0; x < width; x++) {
        uint8_t before = in[clamped(x - b.whole - 1, width - 1) * channels + c];
        uint8_t after = in[clamped(x + b.whole + 1, width - 1) * channels + c];
        out[x * channels + c] = averaged(b, sum, (uint32_t)before + after);
        sum += after;
        sum -= in[clamped(x - b.whole, width - 1) * channels + c];
      }
    }
  }
}

static void blur_columns(const uint8_t *in, uint8_t *out, uint32_t *sums, int height, int row, box b) {
  for (int i = 0; i < row; i++) sums[i] = 0;
  for (int k = -b.whole; k <= b.whole; k++) {
    const uint8_t *line = in + clamped(k, height - 1) * row;
    for (int i = 0; i < row; i++) sums[i] += line[i];
  }
  for (int y = 0; y < height; y++, out += row) {
    const uint8_t *before = in + clamped(y - b.whole - 1, height - 1) * row;
    const uint8_t *after = in + clamped(y + b.whole + 1, height - 1) * row;
    const uint8_t *leaving = in + clamped(y - b.whole, height - 1) * row;
    for (int i = 0; i < row; i++) {
      out[i] = averaged(b, sums[i], (uint32_t)before[i] + after[i]);
      sums[i] += after[i];
      sums[i] -= leaving[i];
    }
  }
}

void ca_blur(uint8_t *pixels, uint8_t *scratch, uint32_t *sums, int height, int width, int channels, int radius) {
  box b = {.whole = radius >> 8, .part = (uint32_t)radius & 255};
  b.inverse = (UINT64_C(1) << 32) / (256 * (2 * (uint64_t)b.whole + 1) + 2 * b.part);
  for (int pass = 0; pass < 2; pass++) {
    blur_rows(pixels, scratch, height, width, channels, b);
    blur_columns(scratch, pixels, sums, height, width * channels, b);
  }
}

void ca_noise(uint8_t *pixels, int count, int strength, uint64_t seed) {
  // The sum of two signed bytes is spread like a triangle, with standard deviation 104.5: 627 / 65536 = 1 / 104.5.
  int scale = strength * 627 / 256;
  for (int i = 0; i < count; i += 4) {
    seed += UINT64_C(0x9E3779B97F4A7C15);  // SplitMix64 (Steele, Lea, Flood 2014)
    uint64_t z = (seed ^ (seed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    for (int k = 0; k < 4 && i + k < count; k++, z >>= 16) {
      int drawn = (int)(z & 255) + (int)(z >> 8 & 255) - 255;
      pixels[i + k] = byte(pixels[i + k] + ((drawn * scale + 32768) >> 16));
    }
  }
}

void ca_fill(uint8_t *pixels, int width, int channels, int top, int bottom, int left, int right,
             const uint8_t *colour) {
  for (int y = top; y < bottom; y++) {
    for (int x = left; x < right; x++) {
      for (int c = 0; c < channels; c++) pixels[(y * width + x) * channels + c] = colour[c];
    }
  }
}
