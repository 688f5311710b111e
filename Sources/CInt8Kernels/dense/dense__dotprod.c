#if defined(__aarch64__)

#include "../support/requantize.h"
#include "dense_store.h"

#include <arm_neon.h>

#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod")))

// `rows` outputs share each load of the input.
CK_TARGET static inline __attribute__((always_inline)) void dense_rows(const ck_dense *dense, size_t output,
                                                                       const int rows) {
  const ck_code *x = dense->io.input;
  const int8_t *w = dense->weights + output * dense->row_bytes;
  int32x4_t acc[8];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) acc[r] = vdupq_n_s32(0);
  for (size_t i = 0; i < dense->row_bytes; i += 32) {
    int8x16_t low = vld1q_s8(x + i), high = vld1q_s8(x + i + 16);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      const int8_t *row = w + (size_t)r * dense->row_bytes + i;
      acc[r] = vdotq_s32(acc[r], low, vld1q_s8(row));
      acc[r] = vdotq_s32(acc[r], high, vld1q_s8(row + 16));
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    uint32_t sum = (uint32_t)vaddvq_s32(acc[r]) + (uint32_t)dense->bias[output + (size_t)r];
    ck_dense_store(dense, output + (size_t)r, (int32_t)sum);
  }
}

CK_TARGET void ck_qs8_qc8w_dense__dotprod(const void *operation, size_t first, size_t end) {
  const ck_dense *dense = operation;
  size_t output = first;
  for (; output + 8 <= end; output += 8) dense_rows(dense, output, 8);
  for (; output < end; output++) dense_rows(dense, output, 1);
}

#endif
