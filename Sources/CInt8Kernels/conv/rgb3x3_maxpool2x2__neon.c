#if defined(__aarch64__)

#include "../support/dot__neon.h"
#include "../support/store__neon.h"
#include "rgb3x3__neon.h"

#define NAME ck_qs8_qc8w_rgb3x3_maxpool2x2__neon

// Pairs of inputs take the place of fours: a pair is broadcast, and multiplied by the pairs of eight channels' weights.

// Four inputs as two pairs, each broadcast: `half` 0 takes codes 0...3 of eight, 1 takes 4...7.
ALWAYS_INLINE void broadcast_pairs(int8x8_t codes, const int half, V8 pairs[2]) {
  int16x4_t words = vreinterpret_s16_s8(codes);
  pairs[0] = vreinterpretq_s8_s16(half ? vdupq_lane_s16(words, 2) : vdupq_lane_s16(words, 0));
  pairs[1] = vreinterpretq_s8_s16(half ? vdupq_lane_s16(words, 3) : vdupq_lane_s16(words, 1));
}

ALWAYS_INLINE void rgb_tile(const ck_conv *conv, const rgb_block *block, const int8_t *x, const int8_t *corners,
                            size_t channel, ptrdiff_t place, const int pixels, const int plain) {
  (void)pixels, (void)plain;
  const int8_t *packed = block->weights;
  V32 acc[2][2][4];
  // The corners of both windows come first and begin the accumulators.
  int8x8_t corner = vld1_s8(corners);
  V8 corner_pairs[2][2];
  UNROLL_FOR (int p = 0; p < 2; p++) broadcast_pairs(corner, p, corner_pairs[p]);
  UNROLL_FOR (int d = 0; d < 2; d++) {
    V8 w[4];
    UNROLL_FOR (int i = 0; i < 4; i++) w[i] = load8(packed + 384 + 64 * d + 16 * i);
    UNROLL_FOR (int p = 0; p < 2; p++) ck_first4_by_16__neon(acc[d][p], corner_pairs[p][0], corner_pairs[p][1], w);
  }
  UNROLL_FOR (int r = 0; r < 4; r++) {
    int8x8_t lines[2] = {vld1_s8(x + r * conv->input_row), vld1_s8(x + r * conv->input_row + 3)};
    UNROLL_FOR (int half = 0; half < 2; half++) {
      V8 pairs[2][2];
      UNROLL_FOR (int p = 0; p < 2; p++) broadcast_pairs(lines[p], half, pairs[p]);
      UNROLL_FOR (int d = 0; d < 2; d++) {
        if (r - d < 0 || r - d > 2) continue;
        V8 w[4];
        UNROLL_FOR (int i = 0; i < 4; i++) w[i] = load8(packed + 128 * (r - d) + 64 * half + 16 * i);
        UNROLL_FOR (int p = 0; p < 2; p++) ck_dot4_by_16__neon(acc[d][p], pairs[p][0], pairs[p][1], w);
      }
    }
  }
  V32 pooled[4];
  UNROLL_FOR (int v = 0; v < 4; v++) pooled[v] = add32(largest_of(acc, v), load32(conv->bias + channel + 4 * v));
  store_channels(conv, pooled, 4, channel, place);
}

#include "rgb3x3_template.h"

#endif
