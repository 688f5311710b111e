#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define NAME ck_qs8_averagepool__avx2

#include "averagepool_template.h"

#endif
