#if defined(__x86_64__)

#include "../support/store__avx512.h"

// 24 accumulators hide the latency of the dot product; two vectors of channels share each broadcast.
#define NAME ck_qs8_qc8w_conv__avx512vnni
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__avx512vnni
#define WIDE_VECTORS 2
#define WIDE 12
#define WIDE_POOLED 6
#define NARROW 24
#define NARROW_POOLED 12
#define TWO_ROWS
#define EIGHTS 1

#define dot dot4

#include "conv_store.h"
#include "conv_template.h"

#endif
