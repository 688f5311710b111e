#if defined(__x86_64__)

#include "CInt8Kernels.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx2")))
#define VEC __m256i
#define DOT(acc, x, w) _mm256_add_epi32(acc, _mm256_madd_epi16(x, w))
#define MACS 16
#define NAME ck_peak__avx2
#define REGISTER "x"
#include "peak_template.h"

#endif
