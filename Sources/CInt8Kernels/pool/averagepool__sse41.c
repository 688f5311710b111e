#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define NAME ck_qs8_averagepool__sse41

#include "averagepool_template.h"

#endif
