#if defined(__x86_64__)

#include "../support/requantize.h"
#include "dense_store.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#include "../support/vector__avx512.h"

#define INPUTS __m512i
#define STEP 64
#define OUTPUTS 8
#define NAME ck_qs8_qc8w_dense__avx512vnni

CK_TARGET static inline INPUTS load_inputs(const ck_code *x) { return load32(x); }
CK_TARGET static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) { return _mm512_dpbusd_epi32(acc, x, load32(w)); }
CK_TARGET static inline int32_t sum_of_lanes(V32 v) { return _mm512_reduce_add_epi32(v); }

#include "dense_template.h"

#endif
