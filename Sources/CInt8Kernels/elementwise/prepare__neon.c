#if defined(__aarch64__)

#include "../support/vector__neon.h"

// A pixel's code is pixel - 128 (equation 5): its highest bit inverted. Nothing is widened on this architecture.
#define CONVERTS(prepare) ((prepare)->from_pixels)
#define OUT uint8_t
#define NAME ck_s8_prepare__neon

CK_TARGET static inline void convert_16(const uint8_t *in, uint8_t *out) {
  vst1q_u8(out, veorq_u8(vld1q_u8(in), vdupq_n_u8(0x80)));
}
static inline uint8_t convert(uint8_t pixel) { return pixel ^ 0x80; }

#include "prepare_template.h"

#endif
