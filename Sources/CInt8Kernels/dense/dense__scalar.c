#include "../support/requantize.h"
#include "dense_store.h"

#define CODE ck_code
#define NAME ck_qs8_qc8w_dense__scalar

#include "dense_plain_template.h"
