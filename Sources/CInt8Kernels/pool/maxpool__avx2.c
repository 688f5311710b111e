#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define NAME ck_s8_maxpool__avx2
#define CODES_BY_16

#include "maxpool_template.h"

#endif
