#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define NAME ck_qs8_resize__avx2

#include "resize_template.h"

#endif
