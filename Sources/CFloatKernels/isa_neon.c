// NEON of AArch64: 32 registers of 4 floats.
#if defined(__aarch64__)
#define LANES 4
#define TILE_WIDE 12
#define TILE_MIDDLE 8
#define TILE_NARROW 24
#define MOST_SUMS 24

#include "template/all.h"

KERNEL_TABLE(cf_kernels_neon, "neon")
#endif
