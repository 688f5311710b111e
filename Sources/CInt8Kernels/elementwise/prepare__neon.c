#if defined(__aarch64__)

#include "prepare.h"

#include <arm_neon.h>

// A pixel's code is pixel - 128 (equation 5): its highest bit turned over. Nothing is widened on this architecture.
static inline void copy_codes(const ck_prepare *prepare, const uint8_t *in, void *out, size_t count) {
  if (!prepare->from_pixels) {
    memcpy(out, in, count);
    return;
  }
  uint8_t *bytes = out;
  size_t i = 0;
  for (; i + 16 <= count; i += 16) vst1q_u8(bytes + i, veorq_u8(vld1q_u8(in + i), vdupq_n_u8(0x80)));
  for (; i < count; i++) bytes[i] = in[i] ^ 0x80;
}

void ck_s8_prepare__neon(const void *operation, size_t first, size_t end) {
  ck_prepare_rows(operation, first, end, copy_codes);
}

#endif
