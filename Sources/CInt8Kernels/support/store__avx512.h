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

// The codes of four vectors of sums, vector i with the multipliers i % vectors. Each 128-bit lane holds four codes of
// each. What does not fit saturates, on the right side.
CK_TARGET ALWAYS_INLINE __m512i packed_codes_of_four(const V32 acc[4], const F32 *multipliers, const int vectors,
                                                     const ck_requantization *r) {
  __m512i words[2];
  UNROLL_FOR (int i = 0; i < 2; i++) {
    F32 low = multiply_floats(floats_of(acc[2 * i]), multipliers[0]);
    F32 high = multiply_floats(floats_of(acc[2 * i + 1]), multipliers[vectors - 1]);
    words[i] = _mm512_packs_epi32(_mm512_cvtps_epi32(low), _mm512_cvtps_epi32(high));
  }
  if (r->plain) return _mm512_packus_epi16(words[0], words[1]);
  const __m512i zero_point = _mm512_set1_epi16((int16_t)r->zero_point);
  __m512i codes = _mm512_packus_epi16(_mm512_adds_epi16(words[0], zero_point), _mm512_adds_epi16(words[1], zero_point));
  codes = _mm512_max_epu8(codes, _mm512_set1_epi8((char)r->low));
  return _mm512_min_epu8(codes, _mm512_set1_epi8((char)r->high));
}

// The same vector by vector.
CK_TARGET ALWAYS_INLINE __m512i codes_of_four(const V32 acc[4], const F32 *multipliers, const int vectors,
                                              const ck_requantization *r) {
  const __m512i codes = packed_codes_of_four(acc, multipliers, vectors, r);
  return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), codes);
}

// Whether store_vectors can store the channels from `channel` on.
CK_TARGET ALWAYS_INLINE int can_store_together(const ck_conv *conv, const int vectors, size_t channel) {
  return conv->io.accumulators == NULL && conv->requantization.bounded &&
         (vectors == 1 || conv->channels - channel >= 32);
}

// Stores the channels from `channel` on of four pixels side by side (one vector each), or of two (two vectors each).
#define CK_STORES_VECTORS
#define store_together(conv, acc, vectors, channel, place, is_narrow) store_vectors(conv, acc, vectors, channel, place)
CK_TARGET ALWAYS_INLINE void store_vectors(const ck_conv *conv, const V32 acc[4], const int vectors, size_t channel,
                                           ptrdiff_t place) {
  const size_t left = conv->channels - channel;
  F32 multipliers[2];
  UNROLL_FOR (int v = 0; v < vectors; v++)
    multipliers[v] = load_floats(conv->requantization.multipliers + channel + (size_t)v * LANES32);
  const __m512i codes = codes_of_four(acc, multipliers, vectors, &conv->requantization);
  ck_code *out = (ck_code *)conv->io.output + place + (ptrdiff_t)channel;
  if (vectors == 2) {
    _mm256_storeu_si256((__m256i *)out, _mm512_castsi512_si256(codes));
    _mm256_storeu_si256((__m256i *)(out + conv->output_pixel), _mm512_extracti64x4_epi64(codes, 1));
    return;
  }
  if (conv->channels == 16 && conv->output_pixel == 16) {
    _mm512_storeu_si512(out, codes);
    return;
  }
  const __mmask16 lanes = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
  const __m128i pixels[4] = {_mm512_castsi512_si128(codes), _mm512_extracti32x4_epi32(codes, 1),
                             _mm512_extracti32x4_epi32(codes, 2), _mm512_extracti32x4_epi32(codes, 3)};
  UNROLL_FOR (int i = 0; i < 4; i++) _mm_mask_storeu_epi8(out + i * conv->output_pixel, lanes, pixels[i]);
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
