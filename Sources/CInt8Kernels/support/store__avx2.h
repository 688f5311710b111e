// Requantization and storing with AVX2.
#ifndef CK_STORE_AVX2_H
#define CK_STORE_AVX2_H

#include "vector__avx2.h"

#include "store_template.h"

// Stores the channels from `channel` on, at most 8, of the pixel at `place`, as codes or as raw accumulators.
CK_TARGET static inline void ck_store__avx2(const ck_conv *conv, V32 acc, size_t channel, ptrdiff_t place) {
  store_vector(conv, acc, channel, place);
}

// Stores a block of channels of one pixel.
CK_TARGET static inline void ck_store_block__avx2(const ck_conv *conv, const V32 acc[2], size_t channel,
                                                  ptrdiff_t place) {
  const ck_requantization *r = &conv->requantization;
  if (!r->bounded || conv->io.accumulators || conv->channels - channel < CK_BLOCK) {
    ck_store__avx2(conv, acc[0], channel, place);
    if (channel + 8 < conv->channels) ck_store__avx2(conv, acc[1], channel + 8, place);
    return;
  }
  F32 low = multiply_floats(floats_of(acc[0]), load_floats(r->multipliers + channel));
  F32 high = multiply_floats(floats_of(acc[1]), load_floats(r->multipliers + channel + 8));
  V16 words = _mm256_packs_epi32(_mm256_cvtps_epi32(low), _mm256_cvtps_epi32(high));
  words = _mm256_permute4x64_epi64(words, 0xd8);
  ck_code *out = (ck_code *)conv->io.output + place + (ptrdiff_t)channel;
  if (r->plain) {
    // Saturation is the clamp.
    store_codes(out, codes_of(words));
    return;
  }
  CODES codes = codes_of(add16_saturating(words, splat16(r->zero_point)));
  store_codes(out, min_codes(max_codes(codes, splat_codes(r->low)), splat_codes(r->high)));
}

// Stores the channels from `channel` on, at most LANES32 * vectors (1 or 2).
CK_TARGET ALWAYS_INLINE void store_channels(const ck_conv *conv, const V32 *acc, const int vectors, size_t channel,
                                            ptrdiff_t place) {
  if (vectors == 2) ck_store_block__avx2(conv, acc, channel, place);
  else ck_store__avx2(conv, acc[0], channel, place);
}

#endif
