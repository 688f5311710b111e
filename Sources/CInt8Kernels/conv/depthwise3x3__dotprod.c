#if defined(__aarch64__)

#include "../support/vector__dotprod.h"

#include "../support/store__neon.h"

#define NAME ck_qs8_qc8w_depthwise3x3__dotprod
#define POOLED ck_qs8_qc8w_depthwise3x3_maxpool2x2__dotprod
#include "depthwise_bytes__dotprod.h"
#include "depthwise3x3_kept__dotprod.h"
#define KEEPS

#include "depthwise3x3_template.h"

#endif
