// Equation (S) in integers, where ck_add_in_integers has found multipliers that are words and give the same codes:
// pairs of codes times the pair of multipliers, both products added, as x86 does at once. Interleaving and packing work
// within 128-bit lanes, so that the order comes back. The including file defines
//   load_all, store_all                 2 LANES16 codes in a vector of bytes
//   codes_low, codes_high               bytes of x and y in turn
//   interleaved_low, interleaved_high   words of x and y in turn
//   add_pairs                           adds products of pairs to 32-bit lanes
//   SHIFT, shift_by, shifted_right      32-bit lanes by a number, with their signs
//   packed_words, packed_codes          32-bit lanes as words, words as bytes, saturating
//   splat_all, max_all, min_all         bytes
//   max16, min16, narrowed              words, of LANES16 codes alone; those in 0 ... 255 as codes

#include "pair_spans.h"

typedef struct {
  V32 multipliers, start;  // start: a half, the zero points' terms, and the result's zero point
  V16 low, high;           // words
  V16 least, largest;      // the same as bytes
  SHIFT shift;
} word_constants;

CK_TARGET ALWAYS_INLINE V32 word_sums(V16 pairs, const word_constants *c) {
  return shifted_right(add_pairs(c->start, pairs, c->multipliers), c->shift);
}

// 2 LANES16 results, of vectors that are full of codes: bytes come apart after they are paired, which takes fewer
// shuffles than before it.
CK_TARGET ALWAYS_INLINE V16 full_step(const ck_code *a, const ck_code *b, const word_constants *c) {
  const V16 x = load_all(a), y = load_all(b), zero = splat16(0);
  const V16 pairs[2] = {codes_low(x, y), codes_high(x, y)};
  V16 words[2];
  UNROLL_FOR (int i = 0; i < 2; i++)
    words[i] = packed_words(word_sums(codes_low(pairs[i], zero), c), word_sums(codes_high(pairs[i], zero), c));
  return min_all(max_all(packed_codes(words[0], words[1]), c->least), c->largest);
}

// LANES16 results.
CK_TARGET ALWAYS_INLINE CODES half_step(const ck_code *a, const ck_code *b, const word_constants *c) {
  const V16 x = load_codes16(a), y = load_codes16(b);
  const V16 words = packed_words(word_sums(interleaved_low(x, y), c), word_sums(interleaved_high(x, y), c));
  return narrowed(min16(max16(words, c->low), c->high));
}

CK_TARGET ALWAYS_INLINE void word_steps(const void *constants, const ck_code *a, const ck_code *b, ck_code *out,
                                        const int count) {
  if (count == 2) store_all(out, full_step(a, b, constants));
  else store_codes(out, half_step(a, b, constants));
}

CK_TARGET static void word_codes(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out, size_t first,
                                 size_t end) {
  const int32_t *k = pair->integers, *z = pair->zero_points;
  const word_constants constants = {
      splat32(k[0] | k[1] * (1 << 16)),
      splat32((1 << (pair->shift - 1)) + pair->zero_point * (1 << pair->shift) - z[0] * k[0] - z[1] * k[1]),
      splat16(pair->low),
      splat16(pair->high),
      splat_all((char)pair->low),
      splat_all((char)pair->high),
      shift_by(pair->shift)};
  pair_spans(pair, a, b, out, first, end, word_steps, &constants, LANES16, ck_add_codes);
}
