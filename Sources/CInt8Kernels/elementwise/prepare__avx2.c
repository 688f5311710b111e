#if defined(__x86_64__)

#include "../support/vector__avx2.h"

// On x86 a pixel is its own code, so pixels and codes are copied alike; kernels may want them as 16-bit words.
#define CONVERTS(prepare) ((prepare)->widen)
#define OUT int16_t
#define NAME ck_s8_prepare__avx2

CK_TARGET static inline void convert_16(const uint8_t *in, int16_t *out) { store16(out, load_codes16(in)); }
static inline int16_t convert(uint8_t code) { return code; }

#include "prepare_template.h"

#endif
