#include "../support/requantize16.h"

#define INPUT int16_t
#define STORE ck_store16
#define NAME ck_qs16_qc8w_conv__scalar
#define NAME_POOLED ck_qs16_qc8w_conv_maxpool2x2__scalar

#include "conv_plain_template.h"
