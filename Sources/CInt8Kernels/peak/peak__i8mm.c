#if defined(__aarch64__)

#include "CInt8Kernels.h"

#include <arm_neon.h>

#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod+i8mm")))
#define VEC int32x4_t
#define DOT(acc, x, w) vmmlaq_s32(acc, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(w))
#define MACS 32
#define NAME ck_peak__i8mm
#define REGISTER "w"
#include "peak_template.h"

#endif
