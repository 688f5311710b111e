#if defined(__aarch64__)

#define SIDE 2
#define TILES 5
#define STRIP 10
#define POOLED_VECTORS 2
#define NAME ck_qs8_qc8w_winograd3x3__neon
#define NAME_POOLED ck_qs8_qc8w_winograd3x3_maxpool2x2__neon

#include "winograd__neon.h"
#include "winograd_template.h"

#endif
