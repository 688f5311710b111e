#if defined(__aarch64__)

#include "../support/vector__dotprod.h"
#include "../support/store__neon.h"
#include "rgb3x3__neon.h"

#define NAME ck_qs8_qc8w_rgb3x3_maxpool2x2__dotprod

// A tile is 2x2 windows, one pooled pixel, by 16 channels.
CK_TARGET ALWAYS_INLINE void rgb_tile(const ck_conv *conv, const rgb_block *block, const int8_t *x,
                                      const int8_t *corners, size_t channel, ptrdiff_t place, const int pixels,
                                      const int plain) {
  (void)pixels, (void)plain;
  const int8_t *w = block->weights;
  V32 acc[2][2][4];
  UNROLL_FOR (int v = 0; v < 4; v++) {
    V32 bias = load32(conv->bias + channel + 4 * v);
    acc[0][0][v] = acc[0][1][v] = acc[1][0][v] = acc[1][1][v] = bias;
  }
  int8x8_t lines[4][2];
  UNROLL_FOR (int r = 0; r < 4; r++) {
    UNROLL_FOR (int p = 0; p < 2; p++) lines[r][p] = vld1_s8(x + r * conv->input_row + 3 * p);
  }
  UNROLL_FOR (int r = 0; r < 3; r++) {
    UNROLL_FOR (int v = 0; v < 4; v++) {
      V8 head = load8(w + 128 * r + 16 * v);
      V8 tail = load8(w + 128 * r + 64 + 16 * v);
      UNROLL_FOR (int d = 0; d < 2; d++) {
        UNROLL_FOR (int p = 0; p < 2; p++) {
          acc[d][p][v] = vdotq_lane_s32(acc[d][p][v], head, lines[r + d][p], 0);
          acc[d][p][v] = vdotq_lane_s32(acc[d][p][v], tail, lines[r + d][p], 1);
        }
      }
    }
  }
  int8x8_t corner = vld1_s8(corners);
  V32 pooled[4];
  UNROLL_FOR (int v = 0; v < 4; v++) {
    UNROLL_FOR (int d = 0; d < 2; d++) {
      V8 weights = load8(w + 384 + 64 * d + 16 * v);
      acc[d][0][v] = vdotq_lane_s32(acc[d][0][v], weights, corner, 0);
      acc[d][1][v] = vdotq_lane_s32(acc[d][1][v], weights, corner, 1);
    }
    pooled[v] = largest_of(acc, v);
  }
  store_channels(conv, pooled, 4, channel, place);
}

#include "rgb3x3_template.h"

#endif
