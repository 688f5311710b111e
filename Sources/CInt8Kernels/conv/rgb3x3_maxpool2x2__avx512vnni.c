#if defined(__x86_64__)

#include "../support/store__avx512.h"
#include "conv_window.h"

#define NAME ck_qs8_qc8w_rgb3x3_maxpool2x2__avx512vnni
#define TILE 4
#define PLAIN_IS_FASTER 1

enum { WINDOWS = 2 * TILE };

typedef struct {
  V32 head[3], tail[3];  // by kernel row: bytes 0...3 and 4...7
  V32 corner[2];         // by window row
  V32 bias;
  F32 multipliers;
} rgb_block;

CK_TARGET ALWAYS_INLINE rgb_block load_block(const ck_conv *conv, size_t channel) {
  const char *packed = (const char *)conv->weights + channel / CK_BLOCK * CK_RGB3X3_BLOCK_BYTES;
  rgb_block w;
  for (int r = 0; r < 3; r++) {
    w.head[r] = load32(packed + 128 * r);
    w.tail[r] = load32(packed + 128 * r + 64);
  }
  w.corner[0] = load32(packed + 384);
  w.corner[1] = load32(packed + 448);
  w.bias = load32(conv->bias + channel);
  w.multipliers = load_floats(conv->requantization.multipliers + channel);
  return w;
}

// 16 windows at a time. No byte beyond the last window's is read.
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
    UNROLL_FOR (int r = 0; r < 4; r++) {
      __m512i bytes = _mm512_maskz_loadu_epi8(inside, x + r * row + 3 * window + 8);
      bytes = _mm512_permutexvar_epi32(lanes, bytes);
      all = _mm512_mask_shuffle_epi8(all, 0x1111111111111111ull << r, bytes, thirds);
    }
    _mm512_storeu_si512(corners + 4 * window, all);
  }
}

// Sums of `columns` windows in each of two rows. No byte beyond the windows is read.
CK_TARGET ALWAYS_INLINE void rgb_windows(const uint8_t *x, ptrdiff_t row, const uint8_t *corners, const rgb_block *w,
                                         const int columns, V32 acc[2][WINDOWS]) {
  UNROLL_FOR (int p = 0; p < columns; p++) acc[0][p] = acc[1][p] = w->bias;
  UNROLL_FOR (int r = 0; r < 4; r++) {
    const uint8_t *line = x + r * row;
    UNROLL_FOR (int p = 0; p < columns; p++) {
      V32 head = broadcast32(line + 3 * p);
      if (r < 3) acc[0][p] = dot4(acc[0][p], head, w->head[r]);
      if (r > 0) acc[1][p] = dot4(acc[1][p], head, w->head[r - 1]);
    }
    UNROLL_FOR (int p = 0; p < columns; p++) {
      V32 tail = broadcast32(line + 3 * p + 4);
      if (r < 3) acc[0][p] = dot4(acc[0][p], tail, w->tail[r]);
      if (r > 0) acc[1][p] = dot4(acc[1][p], tail, w->tail[r - 1]);
    }
  }
  UNROLL_FOR (int p = 0; p < columns; p++) {
    V32 corner = broadcast32(corners + 4 * p);
    acc[0][p] = dot4(acc[0][p], corner, w->corner[0]);
    acc[1][p] = dot4(acc[1][p], corner, w->corner[1]);
  }
}

CK_TARGET ALWAYS_INLINE V32 pooled(V32 acc[2][WINDOWS], int p) {
  return max32(max32(acc[0][p], acc[0][p + 1]), max32(acc[1][p], acc[1][p + 1]));
}

// Four pooled pixels become 64 codes with one store where a pixel has just these 16 channels.
CK_TARGET ALWAYS_INLINE void store_four(const ck_conv *conv, V32 acc[2][WINDOWS], F32 multipliers, size_t channel,
                                        ptrdiff_t place, const int plain) {
  const ck_requantization *q = &conv->requantization;
  __m512i words[4];
  UNROLL_FOR (int i = 0; i < 4; i++) {
    F32 product = multiply_floats(floats_of(pooled(acc, 2 * i)), multipliers);
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

CK_TARGET ALWAYS_INLINE void rgb_tile(const ck_conv *conv, const rgb_block *w, const uint8_t *x, const uint8_t *corners,
                                      size_t channel, ptrdiff_t place, const int pixels, const int plain) {
  V32 acc[2][WINDOWS];
  rgb_windows(x, conv->input_row, corners, w, 2 * pixels, acc);
  if (pixels == TILE) store_four(conv, acc, w->multipliers, channel, place, plain);
  else store_vector(conv, pooled(acc, 0), channel, place);
}

#include "rgb3x3_template.h"

#endif
