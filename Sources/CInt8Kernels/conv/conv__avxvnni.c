#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#include "../support/target__avxvnni.h"
#include "../support/store__avx2.h"
#include "../support/vector__avx2.h"

// vpdpbusd multiplies four unsigned by four signed bytes and adds all products in 32 bits, without saturation.
#define NAME ck_qs8_qc8w_conv__avxvnni
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__avxvnni
#define WIDE_VECTORS 1
#define WIDE 12
#define WIDE_POOLED 6
#define NARROW 12
#define NARROW_POOLED 6

CK_TARGET static inline V32 dot(V32 acc, V32 x, V32 w) { return _mm256_dpbusd_avx_epi32(acc, x, w); }

// Tiles of this instruction set are one vector wide.
CK_TARGET ALWAYS_INLINE void store(const ck_conv *conv, const V32 *acc, const int vectors, size_t channel,
                                   ptrdiff_t place) {
  (void)vectors;
  ck_store__avx2(conv, acc[0], channel, place);
}

#include "conv_template.h"

#endif
