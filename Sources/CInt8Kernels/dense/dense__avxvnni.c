#if defined(__x86_64__)

#include "../support/requantize.h"
#include "dense_store.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx2,avxvnni")))
#include "../support/sum__avx2.h"

CK_TARGET static inline __m256i load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }

// `rows` outputs share each load of the input.
CK_TARGET static inline __attribute__((always_inline)) void dense_rows(const ck_dense *dense, size_t output,
                                                                       const int rows) {
  const ck_code *x = dense->io.input;
  const int8_t *w = dense->weights + output * dense->row_bytes;
  __m256i acc[8];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) acc[r] = _mm256_setzero_si256();
  for (size_t i = 0; i < dense->row_bytes; i += 32) {
    __m256i value = load(x + i);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
      acc[r] = _mm256_dpbusd_avx_epi32(acc[r], value, load(w + (size_t)r * dense->row_bytes + i));
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    uint32_t sum = (uint32_t)sum_of_lanes(acc[r]) + (uint32_t)dense->bias[output + (size_t)r];
    ck_dense_store(dense, output + (size_t)r, (int32_t)sum);
  }
}

CK_TARGET void ck_qs8_qc8w_dense__avxvnni(const void *operation, size_t first, size_t end) {
  const ck_dense *dense = operation;
  size_t output = first;
  for (; output + 8 <= end; output += 8) dense_rows(dense, output, 8);
  for (; output < end; output++) dense_rows(dense, output, 1);
}

#endif
