#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define NAME ck_s8_prepare__avx2

#include "prepare_widened.h"

#endif
