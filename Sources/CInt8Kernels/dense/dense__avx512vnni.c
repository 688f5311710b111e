#if defined(__x86_64__)

#include "../support/vector__avx512.h"
#include "dense_store.h"

#define INPUTS V32
#define STEP 64
#define OUTPUTS 8
#define NAME ck_qs8_qc8w_dense__avx512vnni

CK_TARGET static inline INPUTS load_inputs(const ck_code *x) { return load32(x); }
CK_TARGET static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) { return dot4(acc, x, load32(w)); }

#include "dense_template.h"

#endif
