#if defined(__x86_64__)

#include "../support/target__avxvnni.h"

#include "../support/store__avx2.h"

#define SIDE 4
#define STRIP 12
#define TILES 6
#define TILE_VECTORS 2
#define PREFETCHES 1
#define NAME ck_qs8_qc8w_winograd3x3_4x4__avxvnni
#define NAME_POOLED ck_qs8_qc8w_winograd3x3_4x4_maxpool2x2__avxvnni

#include "winograd_pairs.h"
#include "winograd_template.h"

#endif
