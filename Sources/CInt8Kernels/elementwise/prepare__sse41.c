#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define NAME ck_s8_prepare__sse41

CK_TARGET static inline void convert_16(const uint8_t *in, int16_t *out) {
  store16(out, load_codes16(in));
  store16(out + LANES16, load_codes16(in + LANES16));
}

#include "prepare_widened.h"

#endif
