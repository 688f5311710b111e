// Equation (S) in integers, where ck_add_in_integers has found multipliers that are words and give the same codes:
// pairs of codes times the pair of multipliers, both products added, as x86 does at once. The including file defines
//   interleaved_low, interleaved_high   words of x and y in turn, within 128-bit lanes
//   shifted_right                       32-bit lanes by a number in a vector, with their signs
//   packed_words                        32-bit lanes as words, within 128-bit lanes, so that the order comes back
//   max16, min16, add_pairs             of words; products of pairs added to 32-bit lanes
//   narrowed                            words in 0 ... 255 as codes

#include "pair_spans.h"

typedef struct {
  V32 multipliers, start;  // start: a half, the zero points' terms, and the result's zero point
  V16 low, high;
  __m128i shift;
} word_constants;

// LANES16 results.
CK_TARGET ALWAYS_INLINE CODES word_step(const ck_code *a, const ck_code *b, const word_constants *c) {
  const V16 x = load_codes16(a), y = load_codes16(b);
  const V32 first = shifted_right(add_pairs(c->start, interleaved_low(x, y), c->multipliers), c->shift);
  const V32 second = shifted_right(add_pairs(c->start, interleaved_high(x, y), c->multipliers), c->shift);
  return narrowed(min16(max16(packed_words(first, second), c->low), c->high));
}

CK_TARGET ALWAYS_INLINE void word_steps(const void *constants, const ck_code *a, const ck_code *b, ck_code *out,
                                        const int count) {
  CODES codes[2];
  UNROLL_FOR (int i = 0; i < count; i++) codes[i] = word_step(a + i * LANES16, b + i * LANES16, constants);
  UNROLL_FOR (int i = 0; i < count; i++) store_codes(out + i * LANES16, codes[i]);
}

CK_TARGET static void word_codes(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out, size_t first,
                                 size_t end) {
  const int32_t *k = pair->integers, *z = pair->zero_points;
  const word_constants constants = {
      splat32(k[0] | k[1] * (1 << 16)),
      splat32((1 << (pair->shift - 1)) + pair->zero_point * (1 << pair->shift) - z[0] * k[0] - z[1] * k[1]),
      splat16(pair->low), splat16(pair->high), _mm_cvtsi32_si128(pair->shift)};
  pair_spans(pair, a, b, out, first, end, word_steps, &constants, LANES16, ck_add_codes);
}
