#if defined(__x86_64__)

#include "../support/requantize.h"
#include "dense_store.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

// `rows` outputs share each load of the input.
CK_TARGET static inline __attribute__((always_inline)) void dense_rows(const ck_dense *dense, size_t output,
                                                                       const int rows) {
  const ck_code *x = dense->io.input;
  const int8_t *w = dense->weights + output * dense->row_bytes;
  __m512i acc[8];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) acc[r] = _mm512_setzero_si512();
  for (size_t i = 0; i < dense->row_bytes; i += 64) {
    __m512i value = _mm512_loadu_si512(x + i);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
      acc[r] = _mm512_dpbusd_epi32(acc[r], value, _mm512_loadu_si512(w + (size_t)r * dense->row_bytes + i));
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    uint32_t sum = (uint32_t)_mm512_reduce_add_epi32(acc[r]) + (uint32_t)dense->bias[output + (size_t)r];
    ck_dense_store(dense, output + (size_t)r, (int32_t)sum);
  }
}

CK_TARGET void ck_qs8_qc8w_dense__avx512vnni(const void *operation, size_t first, size_t end) {
  const ck_dense *dense = operation;
  size_t output = first;
  for (; output + 8 <= end; output += 8) dense_rows(dense, output, 8);
  for (; output < end; output++) dense_rows(dense, output, 1);
}

#endif
