// The copy of a row's inside on x86, where a pixel is its own code: pixels and codes are copied alike, and kernels may
// want them as 16-bit words. Over the primitives of support/vector__*.h; the including file defines NAME, the kernel.

#define CONVERTS(prepare) ((prepare)->widen)
#define OUT int16_t

CK_TARGET ALWAYS_INLINE void convert_16(const uint8_t *in, int16_t *out) {
  UNROLL_FOR (int i = 0; i < 16; i += LANES16) store16(out + i, load_codes16(in + i));
}
static inline int16_t convert(uint8_t code) { return code; }

#include "prepare_template.h"
