// Requantization on aarch64: fcvtns rounds to nearest even and saturates, and so do the narrowing moves.
#ifndef CK_STORE_NEON_H
#define CK_STORE_NEON_H

#include "CInt8Kernels.h"

#include <arm_neon.h>
#include <string.h>

static inline int16x4_t ck_scale__neon(int32x4_t acc, const float *multipliers) {
  float32x4_t product = vmulq_f32(vcvtq_f32_s32(acc), vld1q_f32(multipliers));
  return vqmovn_s32(vcvtnq_s32_f32(product));
}

static inline int8x8_t ck_clamp__neon(int16x8_t words, const ck_requantization *r) {
  int8x8_t codes = vqmovn_s16(vqaddq_s16(words, vdupq_n_s16((int16_t)r->zero_point)));
  return vmin_s8(vmax_s8(codes, vdup_n_s8((int8_t)r->low)), vdup_n_s8((int8_t)r->high));
}

static inline int8x8_t ck_codes__neon(const int32x4_t acc[2], const ck_requantization *r, size_t channel) {
  return ck_clamp__neon(vcombine_s16(ck_scale__neon(acc[0], r->multipliers + channel),
                                     ck_scale__neon(acc[1], r->multipliers + channel + 4)),
                        r);
}

// Stores the channels from `channel` on, at most 4 * vectors (1, 2 or 4), of the pixel at `place`, as codes or as raw
// accumulators.
static inline __attribute__((always_inline)) void ck_store__neon(const ck_conv *conv, const int32x4_t *acc,
                                                                 const int vectors, size_t channel, ptrdiff_t place) {
  const size_t lanes = 4 * (size_t)vectors;
  size_t left = conv->channels - channel;
  if (left > lanes) left = lanes;
  place += (ptrdiff_t)channel;
  if (conv->io.accumulators) {
    int32_t all[16];
    for (int v = 0; v < vectors; v++) vst1q_s32(all + 4 * v, acc[v]);
    memcpy(conv->io.accumulators + place, all, left * sizeof *all);
    return;
  }
  const ck_requantization *r = &conv->requantization;
  ck_code *out = (ck_code *)conv->io.output + place;
  int8_t all[16];
  if (vectors == 1) {
    int16x4_t words = ck_scale__neon(acc[0], r->multipliers + channel);
    int8x8_t codes = ck_clamp__neon(vcombine_s16(words, words), r);
    int32_t four = vget_lane_s32(vreinterpret_s32_s8(codes), 0);
    memcpy(left == lanes ? out : all, &four, sizeof four);
  } else if (vectors == 2) {
    vst1_s8(left == lanes ? out : all, ck_codes__neon(acc, r, channel));
  } else {
    vst1q_s8(left == lanes ? out : all,
             vcombine_s8(ck_codes__neon(acc, r, channel), ck_codes__neon(acc + 2, r, channel + 8)));
  }
  if (left < lanes) memcpy(out, all, left);
}

#endif
