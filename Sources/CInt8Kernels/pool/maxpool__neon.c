#if defined(__aarch64__)

#include "../support/vector__neon.h"

#define NAME ck_s8_maxpool__neon

#include "maxpool_template.h"

#endif
