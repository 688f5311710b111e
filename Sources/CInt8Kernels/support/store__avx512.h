// Requantization and storing with AVX-512, whose masks leave out what is beyond the channels.
#ifndef CK_STORE_AVX512_H
#define CK_STORE_AVX512_H

#include "vector__avx512.h"

#include "requantize_template.h"

// Stores the channels from `channel` on, at most 16, of the pixel at `place`, as codes or as raw accumulators.
CK_TARGET static inline void store_vector(const ck_conv *conv, V32 acc, size_t channel, ptrdiff_t place) {
  size_t left = conv->channels - channel;
  __mmask16 lanes = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
  place += (ptrdiff_t)channel;
  if (conv->io.accumulators) {
    _mm512_mask_storeu_epi32(conv->io.accumulators + place, lanes, acc);
    return;
  }
  CODES codes = requantized(acc, &conv->requantization, channel);
  ck_code *out = (ck_code *)conv->io.output + place;
  if (left >= 16) _mm_storeu_si128((__m128i *)out, codes);
  else _mm_mask_storeu_epi8(out, lanes, codes);
}

// Stores the channels from `channel` on, at most LANES32 * vectors (1 or 2); the last vector holds a channel at least.
CK_TARGET ALWAYS_INLINE void store_channels(const ck_conv *conv, const V32 *acc, const int vectors, size_t channel,
                                            ptrdiff_t place) {
  const ck_requantization *r = &conv->requantization;
  if (vectors == 1 || !r->plain || conv->io.accumulators || conv->channels - channel < 32) {
    UNROLL_FOR (int v = 0; v < vectors; v++) store_vector(conv, acc[v], channel + (size_t)v * LANES32, place);
    return;
  }
  F32 low = multiply_floats(floats_of(acc[0]), load_floats(r->multipliers + channel));
  F32 high = multiply_floats(floats_of(acc[1]), load_floats(r->multipliers + channel + 16));
  // Each 128-bit lane holds four channels of each half; saturation is the clamp.
  __m512i words = _mm512_packs_epi32(_mm512_cvtps_epi32(low), _mm512_cvtps_epi32(high));
  __m512i codes = _mm512_packus_epi16(words, words);
  codes = _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 0, 4, 8, 12, 1, 5, 9, 13), codes);
  _mm256_storeu_si256((__m256i *)((ck_code *)conv->io.output + place + (ptrdiff_t)channel),
                      _mm512_castsi512_si256(codes));
}

#endif
