#if defined(__x86_64__)

#include "CInt8Kernels.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#define VEC __m512i
#define LANES 16
#define VECTORS 16
#define NAME ck_qs8_qc8w_dense_part__avx512vnni

CK_TARGET static inline VEC load(const void *p) { return _mm512_loadu_si512(p); }
CK_TARGET static inline void save(void *p, VEC v) { _mm512_storeu_si512(p, v); }
CK_TARGET static inline VEC zero(void) { return _mm512_setzero_si512(); }
CK_TARGET static inline VEC dot(VEC acc, VEC x, VEC w) { return _mm512_dpbusd_epi32(acc, x, w); }

CK_TARGET static inline VEC broadcast(const ck_code *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm512_set1_epi32(four);
}

#include "dense_part_template.h"

#endif
