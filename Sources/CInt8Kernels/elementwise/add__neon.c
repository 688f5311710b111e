#if defined(__aarch64__)

#include "../support/vector__neon.h"

#define NAME ck_qs8_add__neon

#include "add_of_pair.h"

#endif
