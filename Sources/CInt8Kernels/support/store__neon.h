// Requantization and storing on aarch64: the narrowing moves saturate, so that codes are clamped in 8 bits.
#ifndef CK_STORE_NEON_H
#define CK_STORE_NEON_H

#include "vector__neon.h"

CK_TARGET static inline F32 scaled(V32 acc, const ck_requantization *r, size_t channel) {
  return multiply_floats(floats_of(acc), load_floats(r->multipliers + channel));
}

// Two vectors of products, rounded, become LANES16 codes.
CK_TARGET static inline CODES clamped(F32 low, F32 high, const ck_requantization *r) {
  CODES codes = codes_of(add16_saturating(rounded16(low, high), splat16(r->zero_point)));
  return min_codes(max_codes(codes, splat_codes(r->low)), splat_codes(r->high));
}

CK_TARGET static inline CODES requantized(const V32 acc[2], const ck_requantization *r, size_t channel) {
  return clamped(scaled(acc[0], r, channel), scaled(acc[1], r, channel + 4), r);
}

// Stores the channels from `channel` on, at most LANES32 * vectors (1, 2 or 4), of the pixel at `place`, as codes or as
// raw accumulators.
CK_TARGET ALWAYS_INLINE void store_channels(const ck_conv *conv, const V32 *acc, const int vectors, size_t channel,
                                            ptrdiff_t place) {
  const size_t lanes = LANES32 * (size_t)vectors;
  size_t left = conv->channels - channel;
  if (left > lanes) left = lanes;
  place += (ptrdiff_t)channel;
  if (conv->io.accumulators) {
    int32_t all[16];
    for (int v = 0; v < vectors; v++) store32(all + LANES32 * v, acc[v]);
    memcpy(conv->io.accumulators + place, all, left * sizeof *all);
    return;
  }
  const ck_requantization *r = &conv->requantization;
  ck_code *out = (ck_code *)conv->io.output + place;
  ck_code all[16];
  ck_code *to = left == lanes ? out : all;
  if (vectors == 1) {
    F32 products = scaled(acc[0], r, channel);
    int32_t four = vget_lane_s32(vreinterpret_s32_s8(clamped(products, products, r)), 0);
    memcpy(to, &four, sizeof four);
  } else if (vectors == 2) {
    store_codes(to, requantized(acc, r, channel));
  } else {
    vst1q_s8(to, vcombine_s8(requantized(acc, r, channel), requantized(acc + 2, r, channel + 8)));
  }
  if (left < lanes) memcpy(out, all, left);
}

#endif
