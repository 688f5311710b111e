// Equation (S) in integers, where ck_add_in_integers has found multipliers that give the same codes. Where they are
// words: codes times a power of two, times the multipliers, so that the upper halves are codes.
// Otherwise: 32-bit products and their sum, of which the upper halves are rounded in 16 bits.

#include "pair_spans.h"

typedef struct {
  V8 zero_points[2];
  V32 multipliers[2];
  V16 zero_point, shift;
  V8 low, high;
} integer_constants;

// LANES16 sums, rounded, from codes less their zero points.
CK_TARGET ALWAYS_INLINE V16 integer_sums(V16 a, V16 b, const integer_constants *c) {
  V32 low = vmulq_s32(vmovl_s16(vget_low_s16(a)), c->multipliers[0]);
  V32 high = vmulq_s32(vmovl_high_s16(a), c->multipliers[0]);
  low = vmlaq_s32(low, vmovl_s16(vget_low_s16(b)), c->multipliers[1]);
  high = vmlaq_s32(high, vmovl_high_s16(b), c->multipliers[1]);
  V16 upper = vuzp2q_s16(vreinterpretq_s16_s32(low), vreinterpretq_s16_s32(high));
  return vrshlq_s16(add16_saturating(upper, c->zero_point), c->shift);
}

// LANES8 results.
CK_TARGET ALWAYS_INLINE V8 integer_step(const ck_code *a, const ck_code *b, const integer_constants *c) {
  const V8 x = load8(a), y = load8(b), *z = c->zero_points;
  V16 low = integer_sums(vsubl_s8(vget_low_s8(x), vget_low_s8(z[0])), vsubl_s8(vget_low_s8(y), vget_low_s8(z[1])), c);
  V16 high = integer_sums(vsubl_high_s8(x, z[0]), vsubl_high_s8(y, z[1]), c);
  return vminq_s8(vmaxq_s8(vcombine_s8(codes_of(low), codes_of(high)), c->low), c->high);
}

CK_TARGET ALWAYS_INLINE void integer_steps(const void *constants, const ck_code *a, const ck_code *b, ck_code *out,
                                           const int count) {
  V8 codes[2];
  UNROLL_FOR (int i = 0; i < count; i++) codes[i] = integer_step(a + i * LANES8, b + i * LANES8, constants);
  UNROLL_FOR (int i = 0; i < count; i++) store8(out + i * LANES8, codes[i]);
}

typedef struct {
  int8x8_t power;
  int16x4_t multipliers;
  V32 zero_points;  // the terms of all three
  V8 low, high;
} word_constants;

// LANES16 sums. raddhn adds, rounds and takes the upper halves.
CK_TARGET ALWAYS_INLINE V16 word_sums(V16 a, V16 b, const word_constants *c) {
  V32 low = vmull_lane_s16(vget_low_s16(a), c->multipliers, 0), high = vmull_high_lane_s16(a, c->multipliers, 0);
  low = vmlal_lane_s16(low, vget_low_s16(b), c->multipliers, 1);
  high = vmlal_high_lane_s16(high, b, c->multipliers, 1);
  return vraddhn_high_s32(vraddhn_s32(low, c->zero_points), high, c->zero_points);
}

CK_TARGET ALWAYS_INLINE void word_steps(const word_constants *c, const ck_code *a, const ck_code *b, ck_code *out,
                                        const int count, const int clamps) {
  V8 codes[2];
  UNROLL_FOR (int i = 0; i < count; i++) {
    const V8 x = load8(a + i * LANES8), y = load8(b + i * LANES8), power = vcombine_s8(c->power, c->power);
    const V16 low = word_sums(vmull_s8(vget_low_s8(x), c->power), vmull_s8(vget_low_s8(y), c->power), c);
    const V16 high = word_sums(vmull_high_s8(x, power), vmull_high_s8(y, power), c);
    codes[i] = vqmovn_high_s16(vqmovn_s16(low), high);
    if (clamps) codes[i] = vminq_s8(vmaxq_s8(codes[i], c->low), c->high);
  }
  UNROLL_FOR (int i = 0; i < count; i++) store8(out + i * LANES8, codes[i]);
}

CK_TARGET ALWAYS_INLINE void clamping_steps(const void *constants, const ck_code *a, const ck_code *b, ck_code *out,
                                            const int count) {
  word_steps(constants, a, b, out, count, 1);
}

CK_TARGET ALWAYS_INLINE void saturating_steps(const void *constants, const ck_code *a, const ck_code *b, ck_code *out,
                                              const int count) {
  word_steps(constants, a, b, out, count, 0);
}

CK_TARGET static void word_codes(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out, size_t first,
                                 size_t end) {
  const int power = 1 << (16 - pair->shift);
  const int32_t *k = pair->integers, *z = pair->zero_points;
  const word_constants constants = {vdup_n_s8((int8_t)power),
                                    vset_lane_s16((int16_t)k[1], vdup_n_s16((int16_t)k[0]), 1),
                                    splat32(pair->zero_point * (1 << 16) - power * (z[0] * k[0] + z[1] * k[1])),
                                    vdupq_n_s8((int8_t)pair->low), vdupq_n_s8((int8_t)pair->high)};
  if (pair->low == INT8_MIN && pair->high == INT8_MAX)
    pair_spans(pair, a, b, out, first, end, saturating_steps, &constants, LANES8, ck_add_codes);
  else pair_spans(pair, a, b, out, first, end, clamping_steps, &constants, LANES8, ck_add_codes);
}

CK_TARGET static void integer_codes(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out, size_t first,
                                    size_t end) {
  const integer_constants constants = {
      {vdupq_n_s8((int8_t)pair->zero_points[0]), vdupq_n_s8((int8_t)pair->zero_points[1])},
      {splat32(pair->integers[0]), splat32(pair->integers[1])},
      splat16(pair->zero_point * (1 << (pair->shift - 16))),
      splat16(16 - pair->shift),
      vdupq_n_s8((int8_t)pair->low),
      vdupq_n_s8((int8_t)pair->high)};
  pair_spans(pair, a, b, out, first, end, integer_steps, &constants, LANES8, ck_add_codes);
}
