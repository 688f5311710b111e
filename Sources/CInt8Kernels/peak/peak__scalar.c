#include "CInt8Kernels.h"

// What compilers may use in plain C: the vectors that every processor of the architecture has.
#define CK_TARGET
#define NAME ck_peak__scalar

#if defined(__SSE2__)
#include <emmintrin.h>
#define VEC __m128i
#define DOT(acc, x, w) _mm_add_epi32(acc, _mm_madd_epi16(x, w))
#define MACS 8
#define REGISTER "x"
#elif defined(__aarch64__)
#include <arm_neon.h>
#define VEC int32x4_t
#define DOT(acc, x, w) vmlal_s16(acc, vreinterpret_s16_s32(vget_low_s32(x)), vreinterpret_s16_s32(vget_low_s32(w)))
#define MACS 4
#define REGISTER "w"
#else
#define VEC uint32_t
#define DOT(acc, x, w) ((acc) + (x) * (w))
#define MACS 1
#define REGISTER "r"
#endif

#include "peak_template.h"
