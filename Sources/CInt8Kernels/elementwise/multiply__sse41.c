#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define NAME ck_qs8_multiply__sse41

#include "multiply_of_pair.h"

#endif
