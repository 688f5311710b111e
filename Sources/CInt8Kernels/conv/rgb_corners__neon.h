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

#endif
