#if defined(__aarch64__)

#include "../support/vector__neon.h"

#define NAME ck_qs8_averagepool__neon

#include "averagepool_template.h"

#endif
