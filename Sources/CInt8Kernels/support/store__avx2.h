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

// The codes of four vectors of sums, one behind the other, vector i with the multipliers i % vectors. Packing works
// within 128-bit halves, which hold four codes of each vector then. What does not fit saturates, on the right side.
CK_TARGET ALWAYS_INLINE __m256i codes_of_four(const V32 acc[4], const F32 *multipliers, const int vectors,
                                              const ck_requantization *r) {
  V16 words[2];
  UNROLL_FOR (int i = 0; i < 2; i++) {
    F32 low = multiply_floats(floats_of(acc[2 * i]), multipliers[0]);
    F32 high = multiply_floats(floats_of(acc[2 * i + 1]), multipliers[vectors - 1]);
    words[i] = _mm256_packs_epi32(_mm256_cvtps_epi32(low), _mm256_cvtps_epi32(high));
    if (!r->plain) words[i] = add16_saturating(words[i], splat16(r->zero_point));
  }
  __m256i codes = _mm256_packus_epi16(words[0], words[1]);
  if (!r->plain) {
    codes = _mm256_max_epu8(codes, _mm256_set1_epi8((char)r->low));
    codes = _mm256_min_epu8(codes, _mm256_set1_epi8((char)r->high));
  }
  return _mm256_permutevar8x32_epi32(codes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

// Whether store_vectors can store the channels from `channel` on.
CK_TARGET ALWAYS_INLINE int can_store_together(const ck_conv *conv, const int vectors, size_t channel) {
  return conv->io.accumulators == NULL && conv->requantization.bounded &&
         conv->channels - channel >= (size_t)(vectors * LANES32);
}

// Stores the channels from `channel` on of four pixels side by side (one vector each), or of two (two vectors each).
#define CK_STORES_VECTORS
#define store_together(conv, acc, vectors, channel, place, is_narrow) store_vectors(conv, acc, vectors, channel, place)
CK_TARGET ALWAYS_INLINE void store_vectors(const ck_conv *conv, const V32 acc[4], const int vectors, size_t channel,
                                           ptrdiff_t place) {
  F32 multipliers[2];
  UNROLL_FOR (int v = 0; v < vectors; v++)
    multipliers[v] = load_floats(conv->requantization.multipliers + channel + (size_t)v * LANES32);
  const __m256i codes = codes_of_four(acc, multipliers, vectors, &conv->requantization);
  const __m128i halves[2] = {_mm256_castsi256_si128(codes), _mm256_extracti128_si256(codes, 1)};
  ck_code *out = (ck_code *)conv->io.output + place + (ptrdiff_t)channel;
  UNROLL_FOR (int i = 0; i < 2; i++, out += conv->output_pixel) {
    if (vectors == 2) {
      _mm_storeu_si128((__m128i *)out, halves[i]);
      continue;
    }
    _mm_storel_epi64((__m128i *)out, halves[i]);
    out += conv->output_pixel;
    _mm_storel_epi64((__m128i *)out, _mm_unpackhi_epi64(halves[i], halves[i]));
  }
}

// Stores the channels from `channel` on, at most LANES32 * vectors (1 or 2).
CK_TARGET ALWAYS_INLINE void store_channels(const ck_conv *conv, const V32 *acc, const int vectors, size_t channel,
                                            ptrdiff_t place) {
  if (vectors == 2) ck_store_block__avx2(conv, acc, channel, place);
  else ck_store__avx2(conv, acc[0], channel, place);
}

#endif
