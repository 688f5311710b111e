// The primitives of NEON for kernels that read words, and their requantization and storing.
#ifndef CK_WORDS_NEON_H
#define CK_WORDS_NEON_H

#include "requantize16.h"
#include "vector__neon.h"

CK_TARGET static inline V16 load_words(const void *x) { return vld1q_s16(x); }
CK_TARGET static inline V32 min32(V32 a, V32 b) { return vminq_s32(a, b); }
// fcvtns rounds to nearest even and saturates; products are cut all the same, so that the zero point fits.
CK_TARGET static inline V32 rounded_product(F32 a) {
  const F32 limit = vdupq_n_f32(CK_PRODUCT16_LIMIT);
  return vcvtnq_s32_f32(vmaxq_f32(vminq_f32(a, limit), vnegq_f32(limit)));
}
// LANES32 numbers that are words, or codes.
CK_TARGET static inline void store_words(int16_t *out, V32 v) { vst1_s16(out, vqmovn_s32(v)); }
CK_TARGET static inline CODES codes_of32(V32 v) {
  int16x4_t words = vqmovn_s32(v);
  return vqmovn_s16(vcombine_s16(words, words));
}
CK_TARGET static inline void store_codes32(ck_code *out, CODES v) {
  int32_t four = vget_lane_s32(vreinterpret_s32_s8(v), 0);
  memcpy(out, &four, sizeof four);
}

#include "store16_template.h"

#endif
