#if defined(__x86_64__)

#include "../support/requantize.h"
#include "dense_store.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx2")))
#include "../support/sum__avx2.h"

// `rows` outputs share each load of the input. Both sides are widened to 16 bits, so that nothing saturates.
CK_TARGET static inline __attribute__((always_inline)) void dense_rows(const ck_dense *dense, size_t output,
                                                                       const int rows) {
  const ck_code *x = dense->io.input;
  const int8_t *w = dense->weights + output * dense->row_bytes;
  __m256i acc[4];
  for (int r = 0; r < rows; r++) acc[r] = _mm256_setzero_si256();
  for (size_t i = 0; i < dense->row_bytes; i += 16) {
    __m256i value = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(x + i)));
    for (int r = 0; r < rows; r++) {
      const int8_t *row = w + (size_t)r * dense->row_bytes + i;
      __m256i weight = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)row));
      acc[r] = _mm256_add_epi32(acc[r], _mm256_madd_epi16(value, weight));
    }
  }
  for (int r = 0; r < rows; r++) {
    uint32_t sum = (uint32_t)sum_of_lanes(acc[r]) + (uint32_t)dense->bias[output + (size_t)r];
    ck_dense_store(dense, output + (size_t)r, (int32_t)sum);
  }
}

CK_TARGET void ck_qs8_qc8w_dense__avx2(const void *operation, size_t first, size_t end) {
  const ck_dense *dense = operation;
  size_t output = first;
  for (; output + 4 <= end; output += 4) dense_rows(dense, output, 4);
  for (; output < end; output++) dense_rows(dense, output, 1);
}

#endif
