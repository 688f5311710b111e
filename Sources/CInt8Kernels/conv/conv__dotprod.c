#if defined(__aarch64__)

#include "../support/store__neon.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod")))

// sdot by lane: each of four lanes of channels takes four inputs, which one 32-bit lane of a pixel's vector holds.
// A tile is 8 windows by 8 channels, so that 16 loads feed 64 dot products.
enum { VECTORS = 2, LANES = 4 * VECTORS };

CK_TARGET ALWAYS_INLINE void tile(const ck_conv *conv, const int8_t *window, size_t channel, const int rows,
                                  const int columns, int32x4_t acc[8][VECTORS]) {
  const size_t groups = conv->segment_groups;
  const size_t block_bytes = conv->segment_count * groups * CK_BLOCK * 4;
  const int8_t *w = (const int8_t *)conv->weights + channel / CK_BLOCK * block_bytes + channel % CK_BLOCK * 4;
  UNROLL for (int v = 0; v < VECTORS; v++) {
    int32x4_t bias = vld1q_s32(conv->bias + channel + 4 * v);
    UNROLL for (int p = 0; p < rows * columns; p++) acc[p][v] = bias;
  }
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const int8_t *x = window + conv->segments[segment];
    size_t group = 0;
    for (; group + 4 <= groups; group += 4, x += 16, w += 4 * CK_BLOCK * 4) {
      int8x16_t weights[4][VECTORS];
      UNROLL for (int g = 0; g < 4; g++) {
        UNROLL for (int v = 0; v < VECTORS; v++) weights[g][v] = vld1q_s8(w + g * CK_BLOCK * 4 + 16 * v);
      }
      UNROLL for (int p = 0; p < rows * columns; p++) {
        int8x16_t value = vld1q_s8(x + (p / columns) * conv->input_row + (p % columns) * conv->input_pixel);
        UNROLL for (int v = 0; v < VECTORS; v++) {
          acc[p][v] = vdotq_laneq_s32(acc[p][v], weights[0][v], value, 0);
          acc[p][v] = vdotq_laneq_s32(acc[p][v], weights[1][v], value, 1);
          acc[p][v] = vdotq_laneq_s32(acc[p][v], weights[2][v], value, 2);
          acc[p][v] = vdotq_laneq_s32(acc[p][v], weights[3][v], value, 3);
        }
      }
    }
    for (; group < groups; group++, x += 4, w += CK_BLOCK * 4) {
      int8x16_t weights[VECTORS];
      UNROLL for (int v = 0; v < VECTORS; v++) weights[v] = vld1q_s8(w + 16 * v);
      UNROLL for (int p = 0; p < rows * columns; p++) {
        int32_t four;
        memcpy(&four, x + (p / columns) * conv->input_row + (p % columns) * conv->input_pixel, sizeof four);
        int8x16_t value = vreinterpretq_s8_s32(vdupq_n_s32(four));
        UNROLL for (int v = 0; v < VECTORS; v++) acc[p][v] = vdotq_s32(acc[p][v], weights[v], value);
      }
    }
  }
}

CK_TARGET ALWAYS_INLINE void plain_tile(const ck_conv *conv, size_t row, size_t column, size_t channel,
                                        const int columns) {
  const int8_t *window = (const int8_t *)conv->io.input + (ptrdiff_t)row * conv->input_row +
                         (ptrdiff_t)column * conv->input_pixel;
  int32x4_t acc[8][VECTORS];
  tile(conv, window, channel, 1, columns, acc);
  ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
  UNROLL for (int p = 0; p < columns; p++, place += conv->output_pixel)
    ck_store__neon(conv, acc[p], VECTORS, channel, place);
}

// Equation (4): requantization is monotonic, so pooling before it gives the same code as pooling after it.
CK_TARGET ALWAYS_INLINE void pooled_tile(const ck_conv *conv, size_t row, size_t column, size_t channel,
                                         const int columns) {
  const int8_t *window = (const int8_t *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row +
                         2 * (ptrdiff_t)column * conv->input_pixel;
  int32x4_t acc[8][VECTORS];
  tile(conv, window, channel, 2, columns, acc);
  ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
  UNROLL for (int p = 0; p < columns; p += 2, place += conv->output_pixel) {
    int32x4_t pooled[VECTORS];
    UNROLL for (int v = 0; v < VECTORS; v++)
      pooled[v] = vmaxq_s32(vmaxq_s32(acc[p][v], acc[p + 1][v]),
                            vmaxq_s32(acc[columns + p][v], acc[columns + p + 1][v]));
    ck_store__neon(conv, pooled, VECTORS, channel, place);
  }
}

CK_TARGET void ck_qs8_qc8w_conv__dotprod(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++)
    for (size_t channel = 0; channel < conv->channels; channel += LANES) {
      size_t column = 0;
      for (; column + 8 <= conv->columns; column += 8) plain_tile(conv, row, column, channel, 8);
      for (; column < conv->columns; column++) plain_tile(conv, row, column, channel, 1);
    }
}

CK_TARGET void ck_qs8_qc8w_conv_maxpool2x2__dotprod(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++)
    for (size_t channel = 0; channel < conv->channels; channel += LANES) {
      size_t column = 0;
      for (; column + 2 <= conv->columns; column += 2) pooled_tile(conv, row, column, channel, 4);
      for (; column < conv->columns; column++) pooled_tile(conv, row, column, channel, 2);
    }
}

#endif
