#if defined(__aarch64__)

#include "../support/vector__dotprod.h"
#include "../support/store__neon.h"

// A tile is 8 windows by 8 channels. A 16-byte load of a window's inputs holds four groups, so that 16 loads feed 64
// dot products.
#define NAME ck_qs8_qc8w_conv__dotprod
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__dotprod
#define WIDE_VECTORS 2
#define WIDE 8
#define WIDE_POOLED 4
#define NARROW 0
#define NARROW_POOLED 0
#define BYTES V8
#define load_bytes load8
#define GROUPS_AT_ONCE 4
#define PREFETCHES 0

#define dot dot4

#define ASKS_NARROW 1

#include "conv_store.h"
#include "conv_template.h"

#endif
