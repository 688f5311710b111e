// A dense layer whose lanes are inputs, written once for all vector instruction sets: some outputs share each load of
// the input, and their lanes are summed at the end.
//
// The including file defines
//   CK_TARGET      the attribute that names the instruction set, or nothing
//   INPUTS, STEP   what load_inputs gives, and how many codes that is: a divisor of CK_DENSE_ALIGNMENT
//   V32, zero32    accumulators
//   load_inputs, dot (of inputs with the weights at a place), sum_of_lanes
//   OUTPUTS        outputs at once
//   CODE           what is read, if not ck_code
//   NAME           the kernel

#include "../support/template.h"

#if !defined(CODE)
#define CODE ck_code
#endif

CK_TARGET ALWAYS_INLINE void outputs_of(const ck_dense *dense, size_t output, const int outputs) {
  const CODE *x = dense->io.input;
  const int8_t *w = dense->weights + output * dense->row_bytes;
  V32 acc[OUTPUTS];
  UNROLL_FOR (int o = 0; o < outputs; o++) acc[o] = zero32();
  for (size_t i = 0; i < dense->row_bytes; i += STEP) {
    INPUTS values = load_inputs(x + i);
    UNROLL_FOR (int o = 0; o < outputs; o++) acc[o] = dot(acc[o], values, w + (size_t)o * dense->row_bytes + i);
  }
  UNROLL_FOR (int o = 0; o < outputs; o++) {
    uint32_t sum = (uint32_t)sum_of_lanes(acc[o]) + (uint32_t)dense->bias[output + (size_t)o];
    ck_dense_store(dense, output + (size_t)o, (int32_t)sum);
  }
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_dense *dense = operation;
  size_t output = first;
  for (; output + OUTPUTS <= end; output += OUTPUTS) outputs_of(dense, output, OUTPUTS);
  if (OUTPUTS > 4 && output + 4 <= end) {
    outputs_of(dense, output, 4);
    output += 4;
  }
  for (; output < end; output++) outputs_of(dense, output, 1);
}
