#if defined(__aarch64__)

#define SIDE 4
#define TILES 5
#define STRIP 5
#define NAME ck_qs8_qc8w_winograd3x3_4x4__neon
#define NAME_POOLED ck_qs8_qc8w_winograd3x3_4x4_maxpool2x2__neon

#include "winograd__neon.h"
#include "winograd_template.h"

#endif
