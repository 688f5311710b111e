#if defined(__x86_64__)

#include "../support/store__avx2.h"

#define SIDE 2
#define STRIP 12
#define POOLED_VECTORS 1
#define TILES 6
#define TILE_VECTORS 2
#define NAME ck_qs8_qc8w_winograd3x3__avx2
#define NAME_POOLED ck_qs8_qc8w_winograd3x3_maxpool2x2__avx2

#include "winograd_pairs.h"
#include "winograd_template.h"

#endif
