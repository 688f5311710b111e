#if defined(__aarch64__)

#include "../support/vector__neon.h"

#define NAME ck_qs8_multiply__neon

#include "multiply_of_pair.h"

#endif
