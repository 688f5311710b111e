#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define NAME ck_qs8_resize__sse41

#include "resize_template.h"

#endif
