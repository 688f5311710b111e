#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define NAME ck_qs8_add__avx2

#include "add_of_pair.h"

#endif
