#if defined(__x86_64__)

#include "../support/vector__avx2.h"
#include "dense_store.h"

#define NAME ck_qs8_qc8w_dense__avx2

#include "dense_widened.h"
#include "dense_template.h"

#endif
