#if defined(__x86_64__)

#include "../support/requantize.h"
#include "dense_store.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("sse4.1")))

CK_TARGET static inline int32_t sum_of_lanes(__m128i s) {
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
  return _mm_cvtsi128_si32(s);
}

CK_TARGET static inline __m128i load8(const void *bytes) { return _mm_loadl_epi64((const __m128i *)bytes); }

// `rows` outputs share each load of the input. Both sides are widened to 16 bits, so that nothing saturates.
CK_TARGET static inline __attribute__((always_inline)) void dense_rows(const ck_dense *dense, size_t output,
                                                                       const int rows) {
  const ck_code *x = dense->io.input;
  const int8_t *w = dense->weights + output * dense->row_bytes;
  __m128i acc[4];
  for (int r = 0; r < rows; r++) acc[r] = _mm_setzero_si128();
  for (size_t i = 0; i < dense->row_bytes; i += 8) {
    __m128i value = _mm_cvtepu8_epi16(load8(x + i));
    for (int r = 0; r < rows; r++) {
      __m128i weight = _mm_cvtepi8_epi16(load8(w + (size_t)r * dense->row_bytes + i));
      acc[r] = _mm_add_epi32(acc[r], _mm_madd_epi16(value, weight));
    }
  }
  for (int r = 0; r < rows; r++) {
    uint32_t sum = (uint32_t)sum_of_lanes(acc[r]) + (uint32_t)dense->bias[output + (size_t)r];
    ck_dense_store(dense, output + (size_t)r, (int32_t)sum);
  }
}

CK_TARGET void ck_qs8_qc8w_dense__sse41(const void *operation, size_t first, size_t end) {
  const ck_dense *dense = operation;
  size_t output = first;
  for (; output + 4 <= end; output += 4) dense_rows(dense, output, 4);
  for (; output < end; output++) dense_rows(dense, output, 1);
}

#endif
