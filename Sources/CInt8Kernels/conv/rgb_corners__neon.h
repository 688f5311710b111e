// The ninth bytes of the runs of 3x3 RGB windows, of four rows side by side: what is left over when each run of nine
// codes has given two groups of four.
#ifndef CK_RGB_CORNERS_NEON_H
#define CK_RGB_CORNERS_NEON_H

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

enum { CK_RGB_STRIP = 256 };

// corners[4 * window + r] = x[r * row + 3 * window + 8]; reads up to 48 bytes beyond the last window.
static inline void ck_rgb_corners__neon(const int8_t *x, ptrdiff_t row, size_t windows, int8_t *corners) {
  for (size_t window = 0; window < windows; window += 16) {
    const int8_t *first = x + 3 * window + 8;
    int8x16x4_t rows;
    for (int r = 0; r < 4; r++) rows.val[r] = vld3q_s8(first + r * row).val[0];
    vst4q_s8(corners + 4 * window, rows);
  }
}

// The rows of CK_OP_RGB3X3_MAXPOOL2X2, strip by strip; the includer has defined CK_TARGET and rgb_pixel, which computes
// one block of channels of one pooled pixel.
#define CK_RGB_ROWS(name)                                                                                     \
  CK_TARGET void name(const void *operation, size_t first, size_t end) {                                      \
    const ck_conv *conv = operation;                                                                          \
    int8_t corners[4 * CK_RGB_STRIP];                                                                         \
    for (size_t row = first; row < end; row++) {                                                              \
      const int8_t *line = (const int8_t *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row;             \
      for (size_t start = 0; start < conv->columns; start += CK_RGB_STRIP / 2) {                              \
        size_t left = conv->columns - start;                                                                  \
        size_t columns = left < CK_RGB_STRIP / 2 ? left : CK_RGB_STRIP / 2;                                   \
        const int8_t *x = line + 6 * start;                                                                   \
        ck_rgb_corners__neon(x, conv->input_row, 2 * columns, corners);                                       \
        ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)start * conv->output_pixel;          \
        for (size_t channel = 0; channel < conv->channels; channel += CK_BLOCK)                               \
          for (size_t column = 0; column < columns; column++)                                                 \
            rgb_pixel(conv, x + 6 * column, corners + 8 * column, channel,                                    \
                      place + (ptrdiff_t)column * conv->output_pixel);                                        \
      }                                                                                                       \
    }                                                                                                         \
  }

#endif
