#include "dense16_store.h"

#define CODE int16_t
#define NAME ck_qs16_qc8w_dense__scalar

#include "dense_plain_template.h"
