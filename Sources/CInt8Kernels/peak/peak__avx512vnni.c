#if defined(__x86_64__)

#include "CInt8Kernels.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx512vnni,avx512f,avx512bw,avx512vl,avx512dq")))
#define VEC __m512i
#define DOT(acc, x, w) _mm512_dpbusd_epi32(acc, x, w)
#define MACS 64
#define NAME ck_peak__avx512vnni
#define REGISTER "x"
#include "peak_template.h"

#endif
