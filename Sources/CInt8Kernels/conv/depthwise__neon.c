#if defined(__aarch64__)

#include "../support/store__neon.h"

#define NAME ck_qs8_qc8w_depthwise__neon

#define load_taps load_codes16

#include "depthwise__neon.h"
#include "depthwise_template.h"

#endif
