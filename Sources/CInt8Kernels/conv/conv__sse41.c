#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("sse4.1")))
#include "../support/store__sse41.h"

// Inputs and weights are widened to 16 bits: pmaddubsw would saturate (2 * 255 * 127 > 32767), pmaddwd cannot.
#define VEC __m128i
#define VECTORS 4
#define X __m128i
#define W __m128i
#define X_STEP 4
#define W_VECTOR 16
#define NAME ck_qs8_qc8w_conv__sse41
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__sse41
#define WIDE_VECTORS 2
#define WIDE 4
#define WIDE_POOLED 2
#define NARROW 8
#define NARROW_POOLED 4

CK_TARGET static inline __m128i load_x(const char *x) {
  int32_t pair;
  memcpy(&pair, x, sizeof pair);
  return _mm_set1_epi32(pair);
}

CK_TARGET static inline __m128i load_w(const char *w) { return _mm_loadu_si128((const __m128i *)w); }

CK_TARGET static inline __m128i load_bias(const int32_t *bias) { return _mm_loadu_si128((const __m128i *)bias); }

CK_TARGET static inline __m128i dot(__m128i acc, __m128i x, __m128i w) {
  return _mm_add_epi32(acc, _mm_madd_epi16(x, w));
}

CK_TARGET static inline __m128i largest(__m128i a, __m128i b) { return _mm_max_epi32(a, b); }

CK_TARGET static inline void store(const ck_conv *conv, __m128i acc, size_t channel, ptrdiff_t place) {
  ck_store__sse41(conv, acc, channel, place);
}

CK_TARGET static inline void store_wide(const ck_conv *conv, const __m128i acc[2], size_t channel, ptrdiff_t place) {
  ck_store__sse41(conv, acc[0], channel, place);
  ck_store__sse41(conv, acc[1], channel + 4, place);
}

#include "conv_template.h"

#endif
