// The ninth bytes of the runs of 3x3 RGB windows, of four rows of pixels side by side: what is left over when each run
// of nine bytes has given two groups of four.
#ifndef CK_RGB_CORNERS_H
#define CK_RGB_CORNERS_H

#include "CInt8Kernels.h"

#include <immintrin.h>

// corners[4 * window + r] = x[r * row + 3 * window + 8]; reads no byte beyond the last window's.
__attribute__((target("ssse3"))) static inline void ck_rgb_corners(const uint8_t *x, ptrdiff_t row, size_t windows,
                                                                   uint8_t *corners) {
  const char _ = -1;
  const __m128i pick0 = _mm_setr_epi8(0, _, _, _, 3, _, _, _, 6, _, _, _, 9, _, _, _);
  const __m128i pick1 = _mm_setr_epi8(_, 0, _, _, _, 3, _, _, _, 6, _, _, _, 9, _, _);
  const __m128i pick2 = _mm_setr_epi8(_, _, 0, _, _, _, 3, _, _, _, 6, _, _, _, 9, _);
  const __m128i pick3 = _mm_setr_epi8(_, _, _, 0, _, _, _, 3, _, _, _, 6, _, _, _, 9);
  size_t window = 0;
  // 16 bytes reach over the corners of six windows.
  for (; window + 6 <= windows; window += 4) {
    const uint8_t *first = x + 3 * window + 8;
    __m128i r0 = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)first), pick0);
    __m128i r1 = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(first + row)), pick1);
    __m128i r2 = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(first + 2 * row)), pick2);
    __m128i r3 = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(first + 3 * row)), pick3);
    __m128i all = _mm_or_si128(_mm_or_si128(r0, r1), _mm_or_si128(r2, r3));
    _mm_storeu_si128((__m128i *)(corners + 4 * window), all);
  }
  for (; window < windows; window++)
    for (ptrdiff_t r = 0; r < 4; r++) corners[4 * window + (size_t)r] = x[r * row + 3 * (ptrdiff_t)window + 8];
}

#endif
