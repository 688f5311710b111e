#if defined(__aarch64__)

#include "../support/store__neon.h"
#include "rgb_corners__neon.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod")))

// As in rgb3x3_maxpool2x2__avx512vnni.c: 27 inputs cost 7 dot products. A tile is 2x2 windows, one pooled pixel, by 16
// channels; two rows of windows share their four rows of codes.
CK_TARGET ALWAYS_INLINE void rgb_pixel(const ck_conv *conv, const int8_t *x, const int8_t *corners, size_t channel,
                                       ptrdiff_t place) {
  const int8_t *w = (const int8_t *)conv->weights + channel / CK_BLOCK * CK_RGB3X3_BLOCK_BYTES;
  int32x4_t acc[2][2][4];
  UNROLL for (int v = 0; v < 4; v++) {
    int32x4_t bias = vld1q_s32(conv->bias + channel + 4 * v);
    acc[0][0][v] = acc[0][1][v] = acc[1][0][v] = acc[1][1][v] = bias;
  }
  int8x8_t lines[4][2];
  UNROLL for (int r = 0; r < 4; r++) {
    UNROLL for (int p = 0; p < 2; p++) lines[r][p] = vld1_s8(x + r * conv->input_row + 3 * p);
  }
  UNROLL for (int r = 0; r < 3; r++) {
    UNROLL for (int v = 0; v < 4; v++) {
      int8x16_t head = vld1q_s8(w + 128 * r + 16 * v);
      int8x16_t tail = vld1q_s8(w + 128 * r + 64 + 16 * v);
      UNROLL for (int d = 0; d < 2; d++) {
        UNROLL for (int p = 0; p < 2; p++) {
          acc[d][p][v] = vdotq_lane_s32(acc[d][p][v], head, lines[r + d][p], 0);
          acc[d][p][v] = vdotq_lane_s32(acc[d][p][v], tail, lines[r + d][p], 1);
        }
      }
    }
  }
  int8x8_t corner = vld1_s8(corners);
  int32x4_t pooled[4];
  UNROLL for (int v = 0; v < 4; v++) {
    UNROLL for (int d = 0; d < 2; d++) {
      int8x16_t weights = vld1q_s8(w + 384 + 64 * d + 16 * v);
      acc[d][0][v] = vdotq_lane_s32(acc[d][0][v], weights, corner, 0);
      acc[d][1][v] = vdotq_lane_s32(acc[d][1][v], weights, corner, 1);
    }
    pooled[v] = vmaxq_s32(vmaxq_s32(acc[0][0][v], acc[0][1][v]), vmaxq_s32(acc[1][0][v], acc[1][1][v]));
  }
  ck_store__neon(conv, pooled, 4, channel, place);
}

CK_RGB_ROWS(ck_qs8_qc8w_rgb3x3_maxpool2x2__dotprod)

#endif
