#if defined(__x86_64__)

#include "../support/target__avxvnni.h"

#include "../support/store__avx2.h"

// vpdpbusd multiplies four unsigned by four signed bytes and adds all products in 32 bits, without saturation. Ten sums
// fill its time; of two vectors each, they take fewer broadcasts.
#define NAME ck_qs8_qc8w_conv__avxvnni
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__avxvnni
#define WIDE_VECTORS 2
#define WIDE 6
#define WIDE_POOLED 2
#define NARROW 12
#define NARROW_POOLED 6
#define PAIRS 1

CK_TARGET static inline V32 dot(V32 acc, V32 x, V32 w) { return _mm256_dpbusd_avx_epi32(acc, x, w); }

#include "conv_store.h"
#include "conv_template.h"

#endif
