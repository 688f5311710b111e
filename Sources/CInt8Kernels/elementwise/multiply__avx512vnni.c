#if defined(__x86_64__)

#include "pair__avx512.h"

#define NAME ck_qs8_multiply__avx512vnni

#include "multiply_of_pair.h"

#endif
