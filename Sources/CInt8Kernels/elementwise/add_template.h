// The addition of two tensors, written once for all vector instruction sets, over the primitives of
// support/vector__*.h. The including file defines NAME, the kernel.

ck_run ck_qs8_add__scalar;

// What all steps share.
typedef struct {
  V32 zero_points[2];
  F32 multipliers[2];
  V16 zero_point;
  CODES low, high;
} add_constants;

// LANES16 sums: two multiplications and an addition, which requantize.h forbids to join. Sums beyond 16 bits saturate,
// so that the clamp finds them on the right side.
CK_TARGET ALWAYS_INLINE CODES add_step(const ck_code *a, const ck_code *b, const add_constants *c) {
  F32 first[2], second[2], sums[2];
  load_code_floats(a, c->zero_points[0], first);
  load_code_floats(b, c->zero_points[1], second);
  UNROLL_FOR (int i = 0; i < 2; i++)
    sums[i] = add_floats(multiply_floats(first[i], c->multipliers[0]), multiply_floats(second[i], c->multipliers[1]));
  CODES codes = codes_of(add16_saturating(rounded16(sums[0], sums[1]), c->zero_point));
  return min_codes(max_codes(codes, c->low), c->high);
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_add *add = operation;
  const ck_code *a = add->io.input, *b = add->io.other;
  ck_code *out = add->io.output;
  const add_constants constants = {{splat32(add->zero_points[0]), splat32(add->zero_points[1])},
                                   {splat_float(add->multipliers[0]), splat_float(add->multipliers[1])},
                                   splat16(add->zero_point),
                                   splat_codes(add->low),
                                   splat_codes(add->high)};
  size_t i = first;
  for (; i + LANES16 <= end; i += LANES16) store_codes(out + i, add_step(a + i, b + i, &constants));
  ck_qs8_add__scalar(operation, i, end);
}
