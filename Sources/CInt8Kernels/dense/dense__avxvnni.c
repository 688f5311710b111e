#if defined(__x86_64__)

#include "../support/target__avxvnni.h"

#include "../support/vector__avx2.h"
#include "dense_store.h"

#define INPUTS __m256i
#define STEP 32
#define OUTPUTS 8
#define NAME ck_qs8_qc8w_dense__avxvnni

CK_TARGET static inline INPUTS load_inputs(const ck_code *x) { return load32(x); }
CK_TARGET static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) {
  return _mm256_dpbusd_avx_epi32(acc, x, load32(w));
}

#include "dense_template.h"

#endif
