#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define NAME ck_qs8_multiply__avx2

#include "multiply_of_pair.h"

#endif
