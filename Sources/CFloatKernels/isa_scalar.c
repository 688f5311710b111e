// Without vector instructions beyond the architecture's own. Where it has no fused multiply-add, as x86-64, those come
// from the C library, exact and slow.
#define LANES 4
#define TILE_WIDE 4
#define TILE_MIDDLE 4
#define TILE_NARROW 4
#define MOST_SUMS 6

#include "template/all.h"

KERNEL_TABLE(cf_kernels_scalar, "scalar")
