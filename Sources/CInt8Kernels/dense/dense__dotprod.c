#if defined(__aarch64__)

#include "../support/vector__dotprod.h"
#include "dense_store.h"

#define NAME ck_qs8_qc8w_dense__dotprod

#define dot16 dot4

#define INPUT_VECTORS 4
#include "dense_as_stored.h"
#include "dense_template.h"

#endif
