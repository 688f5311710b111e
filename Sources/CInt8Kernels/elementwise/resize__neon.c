#if defined(__aarch64__)

#include "../support/vector__neon.h"

#define NAME ck_qs8_resize__neon

#include "resize_template.h"

#endif
