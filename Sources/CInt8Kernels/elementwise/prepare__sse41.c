#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define NAME ck_s8_prepare__sse41

#include "prepare_widened.h"

#endif
