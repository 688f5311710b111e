#if defined(__aarch64__)

#include "../support/requantize.h"
#include "dense_store.h"

#include <arm_neon.h>

#define CK_TARGET
#define V32 int32x4_t
#define INPUTS int8x16x2_t
#define STEP 32
#define OUTPUTS 8
#define NAME ck_qs8_qc8w_dense__neon

CK_TARGET static inline V32 zero32(void) { return vdupq_n_s32(0); }
CK_TARGET static inline int32_t sum_of_lanes(V32 v) { return vaddvq_s32(v); }
CK_TARGET static inline INPUTS load_inputs(const ck_code *x) {
  return (int8x16x2_t){{vld1q_s8(x), vld1q_s8(x + 16)}};
}

// Two products fit in 16 bits, since -128 is no weight: 2 * 128 * 127 = 32512.
static inline V32 dot16(V32 acc, int8x16_t x, int8x16_t w) {
  int16x8_t pairs = vmull_s8(vget_low_s8(x), vget_low_s8(w));
  return vpadalq_s16(acc, vmlal_high_s8(pairs, x, w));
}
static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) {
  return dot16(dot16(acc, x.val[0], vld1q_s8(w)), x.val[1], vld1q_s8(w + 16));
}

#include "dense_template.h"

#endif
