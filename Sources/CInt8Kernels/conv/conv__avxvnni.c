#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("avx2,avxvnni")))
#include "../support/store__avx2.h"

// vpdpbusd multiplies four unsigned by four signed bytes and adds all products in 32 bits, without saturation.
#define VEC __m256i
#define VECTORS 2
#define X __m256i
#define W __m256i
#define X_STEP 4
#define W_VECTOR 32
#define NAME ck_qs8_qc8w_conv__avxvnni
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__avxvnni
#define WIDE_VECTORS 1
#define WIDE 12
#define WIDE_POOLED 6
#define NARROW 12
#define NARROW_POOLED 6

CK_TARGET static inline __m256i load_x(const char *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm256_set1_epi32(four);
}

CK_TARGET static inline __m256i load_w(const char *w) { return _mm256_loadu_si256((const __m256i *)w); }

CK_TARGET static inline __m256i load_bias(const int32_t *bias) { return _mm256_loadu_si256((const __m256i *)bias); }

CK_TARGET static inline __m256i dot(__m256i acc, __m256i x, __m256i w) {
  return _mm256_dpbusd_avx_epi32(acc, x, w);
}

CK_TARGET static inline __m256i largest(__m256i a, __m256i b) { return _mm256_max_epi32(a, b); }

CK_TARGET static inline void store(const ck_conv *conv, __m256i acc, size_t channel, ptrdiff_t place) {
  ck_store__avx2(conv, acc, channel, place);
}

// Tiles of this instruction set are one vector wide.
CK_TARGET static inline void store_wide(const ck_conv *conv, const __m256i acc[1], size_t channel, ptrdiff_t place) {
  ck_store__avx2(conv, acc[0], channel, place);
}

#include "conv_template.h"

#endif
