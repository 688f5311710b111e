#if defined(__x86_64__)

#include "../support/words__sse41.h"

#define NAME ck_qs16_qc8w_conv__sse41
#define NAME_POOLED ck_qs16_qc8w_conv_maxpool2x2__sse41

#include "conv_widened.h"
#include "conv_store.h"
#include "conv_template.h"

#endif
