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

// Whether a pixel has codes, and all of the channels from `channel` on that some vectors hold.
CK_TARGET ALWAYS_INLINE int can_store_together(const ck_conv *conv, const int vectors, size_t channel) {
  return conv->io.accumulators == NULL && conv->channels - channel >= LANES32 * (size_t)vectors;
}

// The codes of 1, 2 or 4 vectors of sums.
CK_TARGET ALWAYS_INLINE void store_requantized(ck_code *out, const V32 *acc, const int vectors,
                                               const ck_requantization *r, size_t channel) {
  if (vectors == 1) {
    F32 products = scaled(acc[0], r, channel);
    int32_t four = vget_lane_s32(vreinterpret_s32_s8(clamped(products, products, r)), 0);
    memcpy(out, &four, sizeof four);
  } else if (vectors == 2) {
    store_codes(out, requantized(acc, r, channel));
  } else {
    vst1q_s8(out, vcombine_s8(requantized(acc, r, channel), requantized(acc + 2, r, channel + 8)));
  }
}

// Stores the channels from `channel` on, at most LANES32 * vectors (1, 2 or 4), of the pixel at `place`, as codes or as
// raw accumulators.
CK_TARGET ALWAYS_INLINE void store_channels(const ck_conv *conv, const V32 *acc, const int vectors, size_t channel,
                                            ptrdiff_t place) {
  ck_code *out = (ck_code *)conv->io.output + place + (ptrdiff_t)channel;
  if (can_store_together(conv, vectors, channel)) {
    store_requantized(out, acc, vectors, &conv->requantization, channel);
    return;
  }
  const size_t lanes = LANES32 * (size_t)vectors, rest = conv->channels - channel, left = rest < lanes ? rest : lanes;
  if (conv->io.accumulators) {
    int32_t all[16];
    for (int v = 0; v < vectors; v++) store32(all + LANES32 * v, acc[v]);
    memcpy(conv->io.accumulators + place + (ptrdiff_t)channel, all, left * sizeof *all);
    return;
  }
  ck_code all[16];
  store_requantized(all, acc, vectors, &conv->requantization, channel);
  memcpy(out, all, left);
}

// Four vectors of products become codes; `is_narrow` is a constant wherever this is inlined.
CK_TARGET ALWAYS_INLINE int8x16_t clamped_four(const F32 products[4], const ck_requantization *r, const int is_narrow) {
  const V16 zero_point = splat16(r->zero_point);
  if (is_narrow) {
    V16 words[2];
    UNROLL_FOR (int i = 0; i < 2; i++) {
      const int16x8_t low = vreinterpretq_s16_s32(vcvtnq_s32_f32(products[2 * i]));
      words[i] = vuzp1q_s16(low, vreinterpretq_s16_s32(vcvtnq_s32_f32(products[2 * i + 1])));
    }
    return vcombine_s8(codes_of(add16_saturating(words[0], zero_point)),
                       codes_of(add16_saturating(words[1], zero_point)));
  }
  int8x16_t codes = vcombine_s8(codes_of(add16_saturating(rounded16(products[0], products[1]), zero_point)),
                                codes_of(add16_saturating(rounded16(products[2], products[3]), zero_point)));
  return vminq_s8(vmaxq_s8(codes, vdupq_n_s8((int8_t)r->low)), vdupq_n_s8((int8_t)r->high));
}

// Stores the channels from `channel` on of pixels side by side, four vectors in all, `vectors` of each pixel: as 16
// codes they are clamped at once.
#define store_together store_four
CK_TARGET ALWAYS_INLINE void store_four(const ck_conv *conv, const V32 acc[4], const int vectors, size_t channel,
                                        ptrdiff_t place, const int is_narrow) {
  const ck_requantization *r = &conv->requantization;
  F32 products[4];
  UNROLL_FOR (int i = 0; i < 4; i++) products[i] = scaled(acc[i], r, channel + LANES32 * (size_t)(i % vectors));
  const int8x16_t codes = clamped_four(products, r, is_narrow);
  ck_code *out = (ck_code *)conv->io.output + place + (ptrdiff_t)channel;
  if (vectors == 4) {
    vst1q_s8(out, codes);
  } else if (vectors == 2) {
    vst1_s8(out, vget_low_s8(codes));
    vst1_s8(out + conv->output_pixel, vget_high_s8(codes));
  } else {
    int32x4_t fours = vreinterpretq_s32_s8(codes);
    UNROLL_FOR (int i = 0; i < 4; i++) {
      int32_t four = fours[i];
      memcpy(out + i * conv->output_pixel, &four, sizeof four);
    }
  }
}

#endif
