#if defined(__aarch64__)

#include "CInt8Kernels.h"

#include <arm_neon.h>

// smull, smlal2 and sadalp, as in dot__neon.h.
static inline int32x4_t neon_dot(int32x4_t acc, int8x16_t x, int8x16_t w) {
  return vpadalq_s16(acc, vmlal_high_s8(vmull_s8(vget_low_s8(x), vget_low_s8(w)), x, w));
}

#define CK_TARGET
#define VEC int32x4_t
#define DOT(acc, x, w) neon_dot(acc, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(w))
#define MACS 16
#define NAME ck_peak__neon
#define REGISTER "w"
#include "peak_template.h"

#endif
