// AVX-512: 32 registers of 16 floats.
#if defined(__x86_64__)
#define LANES 16
#define TILE_WIDE 12
#define TILE_MIDDLE 8
#define TILE_NARROW 24
#define MOST_SUMS 18

#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512vl,avx512bw,avx512dq"))), \
                             apply_to = function)
#include "template/all.h"
#pragma clang attribute pop

KERNEL_TABLE(cf_kernels_avx512, "avx512")
#endif
