// The addition and the multiplication of two tensors, written once for all vector instruction sets, over the
// primitives of support/vector__*.h. The including file defines
//   NAME          the kernel
//   SCALAR        the same for codes one by one
//   COMBINE       what becomes of codes less their zero points, as floats: products and sums, which requantize.h
//                 forbids to join
//   CODES_OF      if other functions than pair_codes do some pairs: the one that does `pair`

#include "pair_spans.h"

// What all steps share.
typedef struct {
  V32 zero_points[2];
  F32 multipliers[2];
  V16 zero_point;
  CODES low, high;
} pair_constants;

// LANES16 codes less their zero point, as floats.
CK_TARGET ALWAYS_INLINE void load_code_floats(const ck_code *x, V32 zero_point, F32 floats[2]) {
  V32 words[2];
  load_code_words(x, zero_point, words);
  UNROLL_FOR (int i = 0; i < 2; i++) floats[i] = floats_of(words[i]);
}

// LANES16 results. What lies beyond 16 bits saturates, so that the clamp finds it on the right side.
CK_TARGET ALWAYS_INLINE CODES pair_step(const ck_code *a, const ck_code *b, const pair_constants *c) {
  F32 first[2], second[2], results[2];
  load_code_floats(a, c->zero_points[0], first);
  load_code_floats(b, c->zero_points[1], second);
  UNROLL_FOR (int i = 0; i < 2; i++) results[i] = COMBINE(first[i], second[i], c->multipliers);
  CODES codes = codes_of(add16_saturating(rounded16(results[0], results[1]), c->zero_point));
  return min_codes(max_codes(codes, c->low), c->high);
}

CK_TARGET ALWAYS_INLINE void float_steps(const void *constants, const ck_code *a, const ck_code *b, ck_code *out,
                                         const int count) {
  CODES codes[2];
  UNROLL_FOR (int i = 0; i < count; i++) codes[i] = pair_step(a + i * LANES16, b + i * LANES16, constants);
  UNROLL_FOR (int i = 0; i < count; i++) store_codes(out + i * LANES16, codes[i]);
}

CK_TARGET static void pair_codes(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out, size_t first,
                                 size_t end) {
  const pair_constants constants = {{splat32(pair->zero_points[0]), splat32(pair->zero_points[1])},
                                    {splat_float(pair->multipliers[0]), splat_float(pair->multipliers[1])},
                                    splat16(pair->zero_point),
                                    splat_codes(pair->low),
                                    splat_codes(pair->high)};
  pair_spans(pair, a, b, out, first, end, float_steps, &constants, LANES16, SCALAR);
}

#if !defined(CODES_OF)
#define CODES_OF(pair) pair_codes
#endif

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_pair *pair = operation;
  ck_pair_rows(pair, first, end, CODES_OF(pair));
}
