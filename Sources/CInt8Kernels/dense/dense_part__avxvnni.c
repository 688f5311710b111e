#if defined(__x86_64__)

#include "../support/target__avxvnni.h"

#include "../support/vector__avx2.h"

#define VECTORS 8
#define NAME ck_qs8_qc8w_dense_part__avxvnni

CK_TARGET static inline V32 dot(V32 acc, V32 x, V32 w) { return _mm256_dpbusd_avx_epi32(acc, x, w); }

#include "dense_part_template.h"

#endif
