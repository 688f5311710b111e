// A part of a dense layer, written once for the dot products of x86: accumulators of some vectors of outputs stay in
// registers while the inputs, four at a time, are broadcast and the weights stream by.
//
// The including file brings the names of support/vector__*.h, and defines CK_TARGET, dot, NAME and VECTORS: vectors of
// outputs at once, at most.

#include "../support/template.h"

CK_TARGET ALWAYS_INLINE void outputs_of(const ck_dense_part *part, size_t output, size_t first, size_t end,
                                        const int vectors) {
  const ck_code *x = part->io.input;
  const int8_t *w = part->weights + output * CK_DENSE_PART_GROUP;
  V32 acc[VECTORS];
  UNROLL_FOR (int i = 0; i < vectors; i++)
    acc[i] = first == part->first_row ? zero32() : load32(part->sums + output + (size_t)(LANES32 * i));
  for (size_t group = first * part->row_groups; group < end * part->row_groups; group++) {
    V32 value = broadcast32(x + group * CK_DENSE_PART_GROUP);
    const int8_t *row = w + group * part->outputs * CK_DENSE_PART_GROUP;
    UNROLL_FOR (int i = 0; i < vectors; i++)
      acc[i] = dot(acc[i], value, load32(row + LANES32 * CK_DENSE_PART_GROUP * i));
  }
  UNROLL_FOR (int i = 0; i < vectors; i++) store32(part->sums + output + (size_t)(LANES32 * i), acc[i]);
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_dense_part *part = operation;
  size_t output = 0;
  for (; output + VECTORS * LANES32 <= part->outputs; output += VECTORS * LANES32)
    outputs_of(part, output, first, end, VECTORS);
  for (; output + 4 * LANES32 <= part->outputs; output += 4 * LANES32) outputs_of(part, output, first, end, 4);
  for (; output < part->outputs; output += LANES32) outputs_of(part, output, first, end, 1);
}
