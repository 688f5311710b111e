#if defined(__aarch64__)

#include "../support/store__neon.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod+i8mm")))

// smmla multiplies two windows by two channels, eight inputs deep. A tile is four pairs of windows by four pairs of
// channels.
enum { PAIRS = 4, CHANNELS = 8, GROUP = 8 };

CK_TARGET ALWAYS_INLINE int8x16_t join(int8x16_t a, int8x16_t b, const int half) {
  int64x2_t x = vreinterpretq_s64_s8(a), y = vreinterpretq_s64_s8(b);
  return vreinterpretq_s8_s64(half ? vzip2q_s64(x, y) : vzip1q_s64(x, y));
}

CK_TARGET ALWAYS_INLINE int32x4_t join32(int32x4_t a, int32x4_t b, const int half) {
  return vreinterpretq_s32_s8(join(vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b), half));
}

// acc[pair][j] holds windows 2 pair and 2 pair + 1 times channels 2 j and 2 j + 1, without bias. `places` are the byte
// offsets of the windows from the first.
CK_TARGET ALWAYS_INLINE void tile(const ck_conv *conv, const int8_t *window, const ptrdiff_t places[2 * PAIRS],
                                  size_t channel, const int pairs, int32x4_t acc[PAIRS][CHANNELS / 2]) {
  const size_t groups = conv->segment_groups;
  const size_t block_bytes = conv->segment_count * groups * CK_BLOCK * GROUP;
  const int8_t *w = (const int8_t *)conv->weights + channel / CK_BLOCK * block_bytes + channel % CK_BLOCK * GROUP;
  UNROLL for (int p = 0; p < pairs; p++) {
    UNROLL for (int j = 0; j < CHANNELS / 2; j++) acc[p][j] = vdupq_n_s32(0);
  }
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const int8_t *x = window + conv->segments[segment];
    size_t group = 0;
    for (; group + 2 <= groups; group += 2, x += 2 * GROUP) {
      int8x16_t values[PAIRS][2];
      UNROLL for (int p = 0; p < pairs; p++) {
        int8x16_t a = vld1q_s8(x + places[2 * p]), b = vld1q_s8(x + places[2 * p + 1]);
        values[p][0] = join(a, b, 0);
        values[p][1] = join(a, b, 1);
      }
      UNROLL for (int half = 0; half < 2; half++, w += CK_BLOCK * GROUP) {
        UNROLL for (int j = 0; j < CHANNELS / 2; j++) {
          int8x16_t weights = vld1q_s8(w + 16 * j);
          UNROLL for (int p = 0; p < pairs; p++) acc[p][j] = vmmlaq_s32(acc[p][j], values[p][half], weights);
        }
      }
    }
    for (; group < groups; group++, x += GROUP, w += CK_BLOCK * GROUP) {
      UNROLL for (int p = 0; p < pairs; p++) {
        int8x16_t value = vcombine_s8(vld1_s8(x + places[2 * p]), vld1_s8(x + places[2 * p + 1]));
        UNROLL for (int j = 0; j < CHANNELS / 2; j++) acc[p][j] = vmmlaq_s32(acc[p][j], value, vld1q_s8(w + 16 * j));
      }
    }
  }
}

// `pairs` pairs of neighbouring windows of one row, of which `left` count.
CK_TARGET ALWAYS_INLINE void plain_tile(const ck_conv *conv, size_t row, size_t column, size_t channel,
                                        const int pairs, size_t left) {
  const int8_t *window = (const int8_t *)conv->io.input + (ptrdiff_t)row * conv->input_row +
                         (ptrdiff_t)column * conv->input_pixel;
  ptrdiff_t places[2 * PAIRS];
  UNROLL for (size_t p = 0; p < 2 * (size_t)pairs; p++)
    places[p] = (ptrdiff_t)(p < left ? p : left - 1) * conv->input_pixel;
  int32x4_t acc[PAIRS][CHANNELS / 2];
  tile(conv, window, places, channel, pairs, acc);
  const int32x4_t bias[2] = {vld1q_s32(conv->bias + channel), vld1q_s32(conv->bias + channel + 4)};
  ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
  UNROLL for (int p = 0; p < 2 * pairs; p++) {
    if ((size_t)p >= left) break;
    const int32x4_t sums[2] = {vaddq_s32(join32(acc[p / 2][0], acc[p / 2][1], p % 2), bias[0]),
                               vaddq_s32(join32(acc[p / 2][2], acc[p / 2][3], p % 2), bias[1])};
    ck_store__neon(conv, sums, 2, channel, place + p * conv->output_pixel);
  }
}

// Pairs are one above the other, `pairs` of them (even) side by side. Equation (4): requantization is monotonic, so
// pooling before it gives the same code as pooling after it.
CK_TARGET ALWAYS_INLINE void pooled_tile(const ck_conv *conv, size_t row, size_t column, size_t channel,
                                         const int pairs) {
  const int8_t *window = (const int8_t *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row +
                         2 * (ptrdiff_t)column * conv->input_pixel;
  ptrdiff_t places[2 * PAIRS];
  UNROLL for (int p = 0; p < pairs; p++) {
    places[2 * p] = p * conv->input_pixel;
    places[2 * p + 1] = p * conv->input_pixel + conv->input_row;
  }
  int32x4_t acc[PAIRS][CHANNELS / 2];
  tile(conv, window, places, channel, pairs, acc);
  const int32x4_t bias[2] = {vld1q_s32(conv->bias + channel), vld1q_s32(conv->bias + channel + 4)};
  ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
  UNROLL for (int p = 0; p < pairs; p += 2, place += conv->output_pixel) {
    int32x4_t largest[CHANNELS / 2], sums[2];
    UNROLL for (int j = 0; j < CHANNELS / 2; j++) largest[j] = vmaxq_s32(acc[p][j], acc[p + 1][j]);
    UNROLL for (int v = 0; v < 2; v++) {
      int32x4_t upper = join32(largest[2 * v], largest[2 * v + 1], 0);
      int32x4_t lower = join32(largest[2 * v], largest[2 * v + 1], 1);
      sums[v] = vaddq_s32(vmaxq_s32(upper, lower), bias[v]);
    }
    ck_store__neon(conv, sums, 2, channel, place);
  }
}

CK_TARGET void ck_qs8_qc8w_conv__i8mm(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++)
    for (size_t channel = 0; channel < conv->channels; channel += CHANNELS) {
      size_t column = 0;
      for (; column + 8 <= conv->columns; column += 8) plain_tile(conv, row, column, channel, PAIRS, 8);
      for (; column < conv->columns; column += 2) plain_tile(conv, row, column, channel, 1, conv->columns - column);
    }
}

CK_TARGET void ck_qs8_qc8w_conv_maxpool2x2__i8mm(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++)
    for (size_t channel = 0; channel < conv->channels; channel += CHANNELS) {
      size_t column = 0;
      for (; column + 2 <= conv->columns; column += 2) pooled_tile(conv, row, column, channel, PAIRS);
      for (; column < conv->columns; column++) pooled_tile(conv, row, column, channel, 2);
    }
}

#endif
