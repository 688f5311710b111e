#if defined(__x86_64__)

#include "pair__avx512.h"

#define NAME ck_qs8_add__avx512vnni

#include "add_of_pair.h"

#endif
