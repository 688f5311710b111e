#if defined(__x86_64__)

#include "../support/words__avx2.h"

#define NAME ck_qs16_qc8w_depthwise__avx2
#define CODE_BYTES 2
#define load_taps load_words

#include "depthwise__avx2.h"
#include "depthwise_template.h"

#endif
