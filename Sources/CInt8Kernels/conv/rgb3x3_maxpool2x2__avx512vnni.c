#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#include "../support/store__avx512.h"
#include "../support/vector__avx512.h"

// A window of 3x3 RGB pixels is three runs of 9 bytes. Two dot products take bytes 0...7 of each run from the picture
// as it lies; the ninth bytes of the runs ("corners") are gathered into a third, so that 27 inputs cost 7 dot products
// and not 9. Two rows of windows share their four rows of pixels.
enum { WINDOWS = 8, STRIP = 256 };

typedef struct {
  __m512i head[3], tail[3];  // by kernel row: bytes 0...3 and 4...7
  __m512i corner[2];         // by window row
} rgb_weights;

// corners[4 * window + r] = x[r * row + 3 * window + 8], the ninth bytes of four rows side by side, 16 windows at a
// time. No byte beyond the last window's is read.
CK_TARGET ALWAYS_INLINE void gather_corners(const uint8_t *x, ptrdiff_t row, size_t windows, uint8_t *corners) {
  // Windows 4 l ... 4 l + 3 begin 12 bytes apart; each 128-bit lane takes its twelve.
  __m512i lanes = _mm512_setr_epi32(0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11);
  __m512i thirds = _mm512_set4_epi32(0x09090909, 0x06060606, 0x03030303, 0);
  // Known indices tempt the compiler to take these two shuffles apart into many.
  __asm__("" : "+v"(lanes), "+v"(thirds));
  for (size_t window = 0; window < windows; window += 16) {
    size_t left = windows - window;
    // The last of n corners is byte 3 * n - 3.
    __mmask64 inside = left >= 16 ? (1ull << 46) - 1 : (1ull << (3 * left - 2)) - 1;
    __m512i all = _mm512_setzero_si512();
    UNROLL for (int r = 0; r < 4; r++) {
      __m512i bytes = _mm512_maskz_loadu_epi8(inside, x + r * row + 3 * window + 8);
      bytes = _mm512_permutexvar_epi32(lanes, bytes);
      all = _mm512_mask_shuffle_epi8(all, 0x1111111111111111ull << r, bytes, thirds);
    }
    _mm512_storeu_si512(corners + 4 * window, all);
  }
}

// Sums of `columns` windows in each of two rows. No byte beyond the windows is read.
CK_TARGET ALWAYS_INLINE void rgb_windows(const uint8_t *x, ptrdiff_t row, const uint8_t *corners,
                                         const rgb_weights *w, __m512i bias, const int columns, __m512i acc[2][WINDOWS]) {
  UNROLL for (int p = 0; p < columns; p++) acc[0][p] = acc[1][p] = bias;
  UNROLL for (int r = 0; r < 4; r++) {
    const uint8_t *line = x + r * row;
    UNROLL for (int p = 0; p < columns; p++) {
      __m512i head = broadcast32(line + 3 * p);
      if (r < 3) acc[0][p] = _mm512_dpbusd_epi32(acc[0][p], head, w->head[r]);
      if (r > 0) acc[1][p] = _mm512_dpbusd_epi32(acc[1][p], head, w->head[r - 1]);
    }
    UNROLL for (int p = 0; p < columns; p++) {
      __m512i tail = broadcast32(line + 3 * p + 4);
      if (r < 3) acc[0][p] = _mm512_dpbusd_epi32(acc[0][p], tail, w->tail[r]);
      if (r > 0) acc[1][p] = _mm512_dpbusd_epi32(acc[1][p], tail, w->tail[r - 1]);
    }
  }
  UNROLL for (int p = 0; p < columns; p++) {
    __m512i corner = broadcast32(corners + 4 * p);
    acc[0][p] = _mm512_dpbusd_epi32(acc[0][p], corner, w->corner[0]);
    acc[1][p] = _mm512_dpbusd_epi32(acc[1][p], corner, w->corner[1]);
  }
}

CK_TARGET ALWAYS_INLINE __m512i pooled(__m512i acc[2][WINDOWS], int p) {
  return _mm512_max_epi32(_mm512_max_epi32(acc[0][p], acc[0][p + 1]), _mm512_max_epi32(acc[1][p], acc[1][p + 1]));
}

// Four pooled pixels become 64 codes with one store where a pixel has just these 16 channels.
CK_TARGET ALWAYS_INLINE void store_four(const ck_conv *conv, __m512i acc[2][WINDOWS], __m512 multipliers,
                                        size_t channel, ptrdiff_t place, const int plain) {
  const ck_requantization *q = &conv->requantization;
  __m512i words[4];
  UNROLL for (int i = 0; i < 4; i++) {
    __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(pooled(acc, 2 * i)), multipliers);
    if (!plain) product = _mm512_min_ps(product, _mm512_set1_ps(CK_PRODUCT_LIMIT));
    words[i] = _mm512_cvtps_epi32(product);
  }
  __m512i ab = _mm512_packs_epi32(words[0], words[1]);
  __m512i cd = _mm512_packs_epi32(words[2], words[3]);
  if (!plain) {
    __m512i zero_point = _mm512_set1_epi16((short)q->zero_point);
    ab = _mm512_adds_epi16(ab, zero_point);
    cd = _mm512_adds_epi16(cd, zero_point);
  }
  __m512i codes = _mm512_packus_epi16(ab, cd);
  if (!plain) {
    codes = _mm512_max_epu8(codes, _mm512_set1_epi8((char)q->low));
    codes = _mm512_min_epu8(codes, _mm512_set1_epi8((char)q->high));
  }
  // Each 128-bit lane holds four channels of a, b, c and d; gather each pixel's.
  codes = _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), codes);
  ck_code *out = (ck_code *)conv->io.output + place + (ptrdiff_t)channel;
  if (conv->output_pixel == CK_BLOCK) {
    _mm512_storeu_si512(out, codes);
    return;
  }
  size_t left = conv->channels - channel;
  __mmask16 lanes = left >= CK_BLOCK ? 0xffff : (__mmask16)((1u << left) - 1);
  _mm_mask_storeu_epi8(out, lanes, _mm512_castsi512_si128(codes));
  _mm_mask_storeu_epi8(out + conv->output_pixel, lanes, _mm512_extracti32x4_epi32(codes, 1));
  _mm_mask_storeu_epi8(out + 2 * conv->output_pixel, lanes, _mm512_extracti32x4_epi32(codes, 2));
  _mm_mask_storeu_epi8(out + 3 * conv->output_pixel, lanes, _mm512_extracti32x4_epi32(codes, 3));
}

// One strip of pooled pixels of one row, for one block of channels.
CK_TARGET ALWAYS_INLINE void rgb_strip(const ck_conv *conv, size_t block, const uint8_t *x, const uint8_t *corners,
                                       size_t columns, ptrdiff_t place, const int plain) {
  const size_t channel = block * CK_BLOCK;
  const char *packed = (const char *)conv->weights + block * CK_RGB3X3_BLOCK_BYTES;
  rgb_weights w;
  for (int r = 0; r < 3; r++) {
    w.head[r] = _mm512_loadu_si512(packed + 128 * r);
    w.tail[r] = _mm512_loadu_si512(packed + 128 * r + 64);
  }
  w.corner[0] = _mm512_loadu_si512(packed + 384);
  w.corner[1] = _mm512_loadu_si512(packed + 448);
  const __m512i bias = _mm512_loadu_si512(conv->bias + channel);
  const __m512 multipliers = _mm512_loadu_ps(conv->requantization.multipliers + channel);
  __m512i acc[2][WINDOWS];
  size_t column = 0;
  while (column < columns && columns >= WINDOWS / 2) {
    // The last tile begins earlier, so that it is whole; what it computes twice comes out the same.
    if (column + WINDOWS / 2 > columns) column = columns - WINDOWS / 2;
    rgb_windows(x + 6 * column, conv->input_row, corners + 8 * column, &w, bias, WINDOWS, acc);
    store_four(conv, acc, multipliers, channel, place + (ptrdiff_t)column * conv->output_pixel, plain);
    column += WINDOWS / 2;
  }
  for (; column < columns; column++) {
    rgb_windows(x + 6 * column, conv->input_row, corners + 8 * column, &w, bias, 2, acc);
    ck_store__avx512(conv, pooled(acc, 0), channel, place + (ptrdiff_t)column * conv->output_pixel);
  }
}

CK_TARGET ALWAYS_INLINE void rgb_rows(const ck_conv *conv, size_t first, size_t end, const int plain) {
  uint8_t corners[4 * STRIP];
  for (size_t row = first; row < end; row++) {
    const uint8_t *line = (const uint8_t *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row;
    for (size_t column = 0; column < conv->columns; column += STRIP / 2) {
      size_t columns = conv->columns - column < STRIP / 2 ? conv->columns - column : STRIP / 2;
      const uint8_t *x = line + 6 * column;
      gather_corners(x, conv->input_row, 2 * columns, corners);
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
      for (size_t block = 0; block * CK_BLOCK < conv->channels; block++)
        rgb_strip(conv, block, x, corners, columns, place, plain);
    }
  }
}

CK_TARGET void ck_qs8_qc8w_rgb3x3_maxpool2x2__avx512vnni(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  if (conv->requantization.plain) rgb_rows(conv, first, end, 1);
  else rgb_rows(conv, first, end, 0);
}

#endif
