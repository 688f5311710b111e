#if defined(__aarch64__)

#include "../support/vector__dotprod.h"

#include "../support/store__neon.h"

#define NAME ck_qs8_qc8w_depthwise5x5__dotprod

#include "depthwise_bytes__dotprod.h"
#include "depthwise5x5_template.h"

#endif
