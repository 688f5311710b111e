// The conversion of rows, written once for all vector instruction sets. The including file defines
//   VECTOR                   the attribute that names the instruction set, or nothing
//   PIXELS                   STEP pixels with their chroma
//   load_yuyv, load_nv12     give them
//   store_rgb                3 * STEP bytes, and SPILL more pixels that do not count and are written next
#include "yuv.h"

VECTOR static void yuyv(const uint8_t *from, size_t width, uint8_t *to) {
  size_t x = 0;
  for (; x + STEP + SPILL <= width; x += STEP) store_rgb(load_yuyv(from + 2 * x), to + 3 * x);
  yuv_row_of_yuyv(from, x, width, to);
}

VECTOR static void nv12(const uint8_t *luma, const uint8_t *chroma, size_t width, uint8_t *to) {
  size_t x = 0;
  for (; x + STEP + SPILL <= width; x += STEP) store_rgb(load_nv12(luma + x, chroma + x), to + 3 * x);
  yuv_row_of_nv12(luma, chroma, x, width, to);
}
