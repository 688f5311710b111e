#if defined(__x86_64__)

#include "../support/words__sse41.h"
#include "dense16_store.h"

#define NAME ck_qs16_qc8w_dense__sse41

#include "dense16_pairs.h"
#include "dense_template.h"

#endif
