#if defined(__x86_64__)

#include "pair__avx512.h"
#include "add_in_integers__avx512.h"

#define NAME ck_qs8_add__avx512vnni
#define CODES_OF(pair) ((pair)->shift > 0 ? integer_codes : pair_codes)

#include "add_of_pair.h"

#endif
