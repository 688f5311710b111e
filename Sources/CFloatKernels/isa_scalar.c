// Without vector instructions beyond the baseline: fused multiply-adds come from the C library, exact and slow.
#if defined(__x86_64__)
#define LANES 4
#define TILE_WIDE 4
#define TILE_MIDDLE 4
#define TILE_NARROW 4
#define MOST_SUMS 6

#include "template/all.h"

KERNEL_TABLE(cf_kernels_scalar, "scalar")
#endif
