#if defined(__aarch64__)

#include "../support/words__neon.h"

#define NAME ck_qs16_qc8w_depthwise__neon
#define CODE_BYTES 2
#define load_taps load_words

#include "depthwise__neon.h"
#include "depthwise_template.h"

#endif
