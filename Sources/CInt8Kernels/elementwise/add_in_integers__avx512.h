// Equation (S) in integers, where ck_add_in_integers has found multipliers that give the same codes: vpdpwssd adds two
// products of 16 bits, so that each multiplier is an upper and a lower part.

#include "pair_spans.h"

// The bits of the lower parts, -256...255. Multipliers are below 2^31 / 255, so that upper parts fit 16 bits too.
enum { LOWER_BITS = 9 };

typedef struct {
  V16 zero_points[2];
  V32 upper, lower, half;
  V16 zero_point, low, high;
  __m128i shift;
} integer_constants;

// The parts of both multipliers, a pair in each 32-bit lane.
CK_TARGET static inline V32 splat_pair(int32_t first, int32_t second) {
  return splat32((int32_t)((uint32_t)(uint16_t)first | (uint32_t)(uint16_t)second << 16));
}

// LANES32 sums, rounded: of words of a and b in turn. What goes beyond 32 bits on the way comes back.
CK_TARGET ALWAYS_INLINE V32 integer_sums(V16 pairs, const integer_constants *c) {
  const V32 upper = _mm512_slli_epi32(_mm512_dpwssd_epi32(c->half, pairs, c->upper), LOWER_BITS);
  return _mm512_sra_epi32(_mm512_dpwssd_epi32(upper, pairs, c->lower), c->shift);
}

CK_TARGET ALWAYS_INLINE V16 load_words(const ck_code *x, V16 zero_point) {
  return _mm512_sub_epi16(_mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)x)), zero_point);
}

// LANES16 results. Unpacking and packing both work within 128-bit lanes, so that the order comes back.
CK_TARGET ALWAYS_INLINE CODES integer_step(const ck_code *a, const ck_code *b, const integer_constants *c) {
  const V16 x = load_words(a, c->zero_points[0]), y = load_words(b, c->zero_points[1]);
  const V32 first = integer_sums(_mm512_unpacklo_epi16(x, y), c), second = integer_sums(_mm512_unpackhi_epi16(x, y), c);
  const V16 words = add16_saturating(_mm512_packs_epi32(first, second), c->zero_point);
  return _mm512_cvtepi16_epi8(_mm512_min_epi16(_mm512_max_epi16(words, c->low), c->high));
}

CK_TARGET ALWAYS_INLINE void integer_steps(const void *constants, const ck_code *a, const ck_code *b, ck_code *out,
                                           const int count) {
  CODES codes[2];
  UNROLL_FOR (int i = 0; i < count; i++) codes[i] = integer_step(a + i * LANES16, b + i * LANES16, constants);
  UNROLL_FOR (int i = 0; i < count; i++) store_codes(out + i * LANES16, codes[i]);
}

CK_TARGET static void integer_codes(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out, size_t first,
                                    size_t end) {
  int32_t upper[2], lower[2];
  for (int i = 0; i < 2; i++) {
    upper[i] = (pair->integers[i] + (1 << (LOWER_BITS - 1))) >> LOWER_BITS;
    lower[i] = pair->integers[i] - upper[i] * (1 << LOWER_BITS);
  }
  const integer_constants constants = {{splat16(pair->zero_points[0]), splat16(pair->zero_points[1])},
                                       splat_pair(upper[0], upper[1]),
                                       splat_pair(lower[0], lower[1]),
                                       splat32(1 << (pair->shift - 1 - LOWER_BITS)),
                                       splat16(pair->zero_point),
                                       splat16(pair->low),
                                       splat16(pair->high),
                                       _mm_cvtsi32_si128(pair->shift)};
  pair_spans(pair, a, b, out, first, end, integer_steps, &constants, LANES16, ck_add_codes);
}
