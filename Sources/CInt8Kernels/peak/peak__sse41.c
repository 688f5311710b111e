#if defined(__x86_64__)

#include "CInt8Kernels.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("sse4.1")))
#define VEC __m128i
#define DOT(acc, x, w) _mm_add_epi32(acc, _mm_madd_epi16(x, w))
#define MACS 8
#define NAME ck_peak__sse41
#define REGISTER "x"
#include "peak_template.h"

#endif
