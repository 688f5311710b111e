#include "../support/requantize16.h"

#define INPUT int16_t
#define STORE ck_store16
#define NAME ck_qs16_qc8w_depthwise__scalar

#include "depthwise_plain_template.h"
