// Equation (3) of LANES32 channels, for instruction sets that clamp in 32 bits, over the primitives of
// support/vector__*.h.

CK_TARGET static inline CODES requantized(V32 acc, const ck_requantization *r, size_t channel) {
  V32 code = rounded(multiply_floats(floats_of(acc), load_floats(r->multipliers + channel)));
  code = add32(code, splat32(r->zero_point));
  code = max32(code, splat32(r->low));
  code = min32(code, splat32(r->high));
  return codes_of32(code);
}
