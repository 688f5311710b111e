#if defined(__x86_64__)

#include "CInt8Kernels.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avxvnni")))
#define VEC __m256i
#define DOT(acc, x, w) _mm256_dpbusd_avx_epi32(acc, x, w)
#define MACS 32
#define NAME ck_peak__avxvnni
#define REGISTER "x"
#include "peak_template.h"

#endif
