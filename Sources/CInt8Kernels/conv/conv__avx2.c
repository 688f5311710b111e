#if defined(__x86_64__)

#include "../support/store__avx2.h"

#define NAME ck_qs8_qc8w_conv__avx2
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__avx2

#include "conv_widened.h"
#include "conv_store.h"
#include "conv_template.h"

#endif
