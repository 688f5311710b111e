#if defined(__x86_64__)

#include "../support/store__avx2.h"

#define NAME ck_qs8_qc8w_depthwise__avx2

#define load_taps load_codes16

#include "depthwise__avx2.h"
#include "depthwise_template.h"

#endif
