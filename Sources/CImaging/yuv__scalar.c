// ITU-R BT.601, limited range (luma 16 ... 235, chroma 16 ... 240), to full-range RGB in 8-bit fixed point:
//   R = 1.164 (Y - 16) + 1.596 (V - 128)
//   G = 1.164 (Y - 16) - 0.391 (U - 128) - 0.813 (V - 128)
//   B = 1.164 (Y - 16) + 2.018 (U - 128)
#include "yuv.h"

static uint8_t clamp(int value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/// Two pixels that share their chroma.
static void pair(int y0, int y1, int u, int v, uint8_t *to) {
  u -= 128;
  v -= 128;
  int red = 409 * v + 128, green = -100 * u - 208 * v + 128, blue = 516 * u + 128;
  int luma[2] = {298 * (y0 - 16), 298 * (y1 - 16)};
  for (int i = 0; i < 2; i++) {
    to[3 * i] = clamp((luma[i] + red) >> 8);
    to[3 * i + 1] = clamp((luma[i] + green) >> 8);
    to[3 * i + 2] = clamp((luma[i] + blue) >> 8);
  }
}

void yuv_row_of_yuyv(const uint8_t *from, size_t first, size_t width, uint8_t *to) {
  for (size_t x = first; x < width; x += 2) {
    const uint8_t *four = from + 2 * x;
    pair(four[0], four[2], four[1], four[3], to + 3 * x);
  }
}

void yuv_row_of_nv12(const uint8_t *luma, const uint8_t *chroma, size_t first, size_t width, uint8_t *to) {
  for (size_t x = first; x < width; x += 2) pair(luma[x], luma[x + 1], chroma[x], chroma[x + 1], to + 3 * x);
}

static void yuyv(const uint8_t *from, size_t width, uint8_t *to) { yuv_row_of_yuyv(from, 0, width, to); }

static void nv12(const uint8_t *luma, const uint8_t *chroma, size_t width, uint8_t *to) {
  yuv_row_of_nv12(luma, chroma, 0, width, to);
}

const ci_converter ci_converter__scalar = {"scalar", yuyv, nv12};
