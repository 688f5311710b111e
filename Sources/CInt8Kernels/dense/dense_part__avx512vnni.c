#if defined(__x86_64__)

#include "CInt8Kernels.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#include "../support/vector__avx512.h"

#define VECTORS 16
#define NAME ck_qs8_qc8w_dense_part__avx512vnni

CK_TARGET static inline V32 dot(V32 acc, V32 x, V32 w) { return _mm512_dpbusd_epi32(acc, x, w); }

#include "dense_part_template.h"

#endif
