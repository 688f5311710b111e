#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#include "../support/target__avxvnni.h"
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#include "../support/store__avx2.h"
#include "../support/vector__avx2.h"

// As in rgb3x3_maxpool2x2__avx512vnni.c: 27 inputs cost 7 dot products. Two rows of six windows by eight channels are
// summed at once, then the block's other eight channels.
enum { WINDOWS = 6, STRIP = 256, HALF = 32 };

// corners[4 * window + r] = x[r * row + 3 * window + 8], the ninth bytes of four rows side by side, four windows at a
// time. No byte beyond the last window's is read.
CK_TARGET ALWAYS_INLINE void gather_corners(const uint8_t *x, ptrdiff_t row, size_t windows, uint8_t *corners) {
  for (size_t window = 0; window < windows; window += 4) {
    size_t left = windows - window;
    __m128i all = _mm_setzero_si128();
    UNROLL for (int r = 0; r < 4; r++) {
      const uint8_t *ninth = x + r * row + 3 * window + 8;
      uint8_t copy[16] = {0};
      if (left < 6) memcpy(copy, ninth, 3 * left - 2);
      __m128i bytes = _mm_loadu_si128((const __m128i *)(left < 6 ? copy : ninth));
      // Bytes 0, 3, 6 and 9 become the lowest of each 32-bit lane, then byte r.
      bytes = _mm_shuffle_epi8(bytes,
                               _mm_setr_epi32((int)0x80808000, (int)0x80808003, (int)0x80808006, (int)0x80808009));
      all = _mm_or_si128(all, _mm_slli_epi32(bytes, 8 * r));
    }
    _mm_storeu_si128((__m128i *)(corners + 4 * window), all);
  }
}

// Pooled sums of eight channels of `columns` windows in each of two rows; `w` are the block's weights from the first of
// these channels on.
CK_TARGET ALWAYS_INLINE void rgb_windows(const uint8_t *x, ptrdiff_t row, const uint8_t *corners, const char *w,
                                         __m256i bias, const int columns, __m256i pooled[][2], const int half) {
  __m256i acc[2][WINDOWS];
  UNROLL for (int p = 0; p < columns; p++) acc[0][p] = acc[1][p] = bias;
  UNROLL for (int r = 0; r < 4; r++) {
    UNROLL for (int part = 0; part < 2; part++) {
      __m256i upper = bias, lower = bias;
      if (r < 3) upper = _mm256_loadu_si256((const __m256i *)(w + 128 * r + 64 * part));
      if (r > 0) lower = _mm256_loadu_si256((const __m256i *)(w + 128 * (r - 1) + 64 * part));
      UNROLL for (int p = 0; p < columns; p++) {
        __m256i value = broadcast32(x + r * row + 3 * p + 4 * part);
        if (r < 3) acc[0][p] = _mm256_dpbusd_avx_epi32(acc[0][p], value, upper);
        if (r > 0) acc[1][p] = _mm256_dpbusd_avx_epi32(acc[1][p], value, lower);
      }
    }
  }
  __m256i upper = _mm256_loadu_si256((const __m256i *)(w + 384)),
          lower = _mm256_loadu_si256((const __m256i *)(w + 448));
  UNROLL for (int p = 0; p < columns; p++) {
    __m256i corner = broadcast32(corners + 4 * p);
    acc[0][p] = _mm256_dpbusd_avx_epi32(acc[0][p], corner, upper);
    acc[1][p] = _mm256_dpbusd_avx_epi32(acc[1][p], corner, lower);
  }
  UNROLL for (int p = 0; p < columns; p += 2) pooled[p / 2][half] = _mm256_max_epi32(
      _mm256_max_epi32(acc[0][p], acc[0][p + 1]), _mm256_max_epi32(acc[1][p], acc[1][p + 1]));
}

CK_TARGET ALWAYS_INLINE void rgb_tile(const ck_conv *conv, const uint8_t *x, const uint8_t *corners, size_t channel,
                                      ptrdiff_t place, const int columns) {
  const char *w = (const char *)conv->weights + channel / CK_BLOCK * CK_RGB3X3_BLOCK_BYTES;
  __m256i pooled[WINDOWS / 2][2];
  UNROLL for (int half = 0; half < 2; half++) {
    __m256i bias = _mm256_loadu_si256((const __m256i *)(conv->bias + channel + 8 * half));
    rgb_windows(x, conv->input_row, corners, w + HALF * half, bias, columns, pooled, half);
  }
  UNROLL for (int p = 0; p < columns / 2; p++)
      ck_store_block__avx2(conv, pooled[p], channel, place + p * conv->output_pixel);
}

CK_TARGET void ck_qs8_qc8w_rgb3x3_maxpool2x2__avxvnni(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  uint8_t corners[4 * STRIP];
  for (size_t row = first; row < end; row++) {
    const uint8_t *line = (const uint8_t *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row;
    for (size_t start = 0; start < conv->columns; start += STRIP / 2) {
      size_t columns = conv->columns - start < STRIP / 2 ? conv->columns - start : STRIP / 2;
      const uint8_t *x = line + 6 * start;
      gather_corners(x, conv->input_row, 2 * columns, corners);
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)start * conv->output_pixel;
      for (size_t channel = 0; channel < conv->channels; channel += CK_BLOCK) {
        size_t column = 0;
        while (column < columns && columns >= WINDOWS / 2) {
          // The last tile begins earlier, so that it is whole; what it computes twice comes out the same.
          if (column + WINDOWS / 2 > columns) column = columns - WINDOWS / 2;
          rgb_tile(conv, x + 6 * column, corners + 8 * column, channel, place + (ptrdiff_t)column * conv->output_pixel,
                   WINDOWS);
          column += WINDOWS / 2;
        }
        for (; column < columns; column++)
          rgb_tile(conv, x + 6 * column, corners + 8 * column, channel, place + (ptrdiff_t)column * conv->output_pixel,
                   2);
      }
    }
  }
}

#endif
