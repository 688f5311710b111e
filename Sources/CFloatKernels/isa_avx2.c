// AVX2 and FMA: 16 registers of 8 floats.
#if defined(__x86_64__)
#define LANES 8
#define TILE_WIDE 6
#define TILE_MIDDLE 4
#define TILE_NARROW 12
#define MOST_SUMS 12

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "template/all.h"
#pragma clang attribute pop

KERNEL_TABLE(cf_kernels_avx2, "avx2")
#endif
