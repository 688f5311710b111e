#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define NAME ck_s8_maxpool__sse41

#include "maxpool_template.h"

#endif
