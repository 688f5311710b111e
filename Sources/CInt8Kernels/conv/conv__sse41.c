#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("sse4.1")))
#include "../support/store__sse41.h"
#include "../support/vector__sse41.h"

// Inputs and weights are widened to 16 bits: pmaddubsw would saturate (2 * 255 * 127 > 32767), pmaddwd cannot.
#define NAME ck_qs8_qc8w_conv__sse41
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__sse41
#define WIDE_VECTORS 2
#define WIDE 4
#define WIDE_POOLED 2
#define NARROW 8
#define NARROW_POOLED 4

CK_TARGET static inline V32 dot(V32 acc, V32 x, V32 w) { return add32(acc, multiply_pairs(x, w)); }

CK_TARGET static inline void store(const ck_conv *conv, V32 acc, size_t channel, ptrdiff_t place) {
  ck_store__sse41(conv, acc, channel, place);
}

CK_TARGET static inline void store_wide(const ck_conv *conv, const V32 acc[2], size_t channel, ptrdiff_t place) {
  ck_store__sse41(conv, acc[0], channel, place);
  ck_store__sse41(conv, acc[1], channel + 4, place);
}

#include "conv_template.h"

#endif
