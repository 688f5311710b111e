#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#include "../support/store__avx512.h"

// vpdpbusd multiplies four unsigned by four signed bytes and adds all products in 32 bits, without saturation.
// 24 accumulators hide its latency; two vectors of channels share each broadcast.
#define VEC __m512i
#define VECTORS 1
#define X __m512i
#define W __m512i
#define X_STEP 4
#define W_VECTOR 64
#define NAME ck_qs8_qc8w_conv__avx512vnni
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__avx512vnni
#define WIDE_VECTORS 2
#define WIDE 12
#define WIDE_POOLED 6
#define NARROW 24
#define NARROW_POOLED 12

CK_TARGET static inline __m512i load_x(const char *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm512_set1_epi32(four);
}

CK_TARGET static inline __m512i load_w(const char *w) { return _mm512_loadu_si512(w); }

CK_TARGET static inline __m512i load_bias(const int32_t *bias) { return _mm512_loadu_si512(bias); }

CK_TARGET static inline __m512i dot(__m512i acc, __m512i x, __m512i w) { return _mm512_dpbusd_epi32(acc, x, w); }

CK_TARGET static inline __m512i largest(__m512i a, __m512i b) { return _mm512_max_epi32(a, b); }

CK_TARGET static inline void store(const ck_conv *conv, __m512i acc, size_t channel, ptrdiff_t place) {
  ck_store__avx512(conv, acc, channel, place);
}

#include "conv_template.h"

#endif
