#if defined(__x86_64__)

#include "../support/words__avx512.h"

// As in conv__avx512vnni.c: 24 accumulators hide the latency of the dot product.
#define NAME ck_qs16_qc8w_conv__avx512vnni
#define NAME_POOLED ck_qs16_qc8w_conv_maxpool2x2__avx512vnni
#define WIDE_VECTORS 2
#define WIDE 12
#define WIDE_POOLED 6
#define NARROW 24
#define NARROW_POOLED 12

#define dot dot2

#include "conv_store.h"
#include "conv_template.h"

#endif
