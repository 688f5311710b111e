#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define NAME ck_s8_prepare__avx2

CK_TARGET static inline void convert_16(const uint8_t *in, int16_t *out) { store16(out, load_codes16(in)); }

#include "prepare_widened.h"

#endif
