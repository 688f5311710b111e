#if defined(__aarch64__)

#include "../support/vector__neon.h"
#include "add_in_integers__neon.h"

#define NAME ck_qs8_add__neon
#define CODES_OF(pair) \
  ((pair)->shift > CK_MOST_WORD_SHIFT ? integer_codes : (pair)->shift > 0 ? word_codes : pair_codes)

#include "add_of_pair.h"

#endif
