#include "../support/requantize.h"

#define INPUT ck_code
#define STORE ck_store
#define NAME ck_qs8_qc8w_conv__scalar
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__scalar

#include "conv_plain_template.h"
