#if defined(__x86_64__)

#include "../support/words__avx512.h"
#include "dense16_store.h"

#define CODE int16_t
#define INPUTS V32
#define STEP 32
#define OUTPUTS 8
#define NAME ck_qs16_qc8w_dense__avx512vnni

CK_TARGET static inline INPUTS load_inputs(const int16_t *x) { return load32(x); }
CK_TARGET static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) { return dot2(acc, x, load_weights16(w)); }

#include "dense_template.h"

#endif
