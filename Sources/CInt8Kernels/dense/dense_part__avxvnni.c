#if defined(__x86_64__)

#include "CInt8Kernels.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("avx2,avxvnni")))
#define VEC __m256i
#define LANES 8
#define VECTORS 8
#define NAME ck_qs8_qc8w_dense_part__avxvnni

CK_TARGET static inline VEC load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
CK_TARGET static inline void save(void *p, VEC v) { _mm256_storeu_si256((__m256i *)p, v); }
CK_TARGET static inline VEC zero(void) { return _mm256_setzero_si256(); }
CK_TARGET static inline VEC dot(VEC acc, VEC x, VEC w) { return _mm256_dpbusd_avx_epi32(acc, x, w); }

CK_TARGET static inline VEC broadcast(const ck_code *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm256_set1_epi32(four);
}

#include "dense_part_template.h"

#endif
