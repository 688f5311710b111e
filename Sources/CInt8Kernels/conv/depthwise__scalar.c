#include "../support/requantize.h"

#define INPUT ck_code
#define STORE ck_store
#define NAME ck_qs8_qc8w_depthwise__scalar

#include "depthwise_plain_template.h"
