#if defined(__aarch64__)

#include "CInt8Kernels.h"

#include <arm_neon.h>

#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#define VEC int32x4_t
#define DOT(acc, x, w) vdotq_s32(acc, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(w))
#define MACS 16
#define NAME ck_peak__dotprod
#define REGISTER "w"
#include "peak_template.h"

#endif
