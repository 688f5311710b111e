#if defined(__aarch64__)

#include "../support/requantize.h"
#include "dense_store.h"

#include <arm_neon.h>

#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#define V32 int32x4_t
#define INPUTS int8x16x2_t
#define STEP 32
#define OUTPUTS 8
#define NAME ck_qs8_qc8w_dense__dotprod

CK_TARGET static inline V32 zero32(void) { return vdupq_n_s32(0); }
CK_TARGET static inline int32_t sum_of_lanes(V32 v) { return vaddvq_s32(v); }
CK_TARGET static inline INPUTS load_inputs(const ck_code *x) {
  return (int8x16x2_t){{vld1q_s8(x), vld1q_s8(x + 16)}};
}
CK_TARGET static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) {
  return vdotq_s32(vdotq_s32(acc, x.val[0], vld1q_s8(w)), x.val[1], vld1q_s8(w + 16));
}

#include "dense_template.h"

#endif
