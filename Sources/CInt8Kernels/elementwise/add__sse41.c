#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define NAME ck_qs8_add__sse41

#include "add_of_pair.h"

#endif
