// The SHA2 instructions of Armv8: four rounds an instruction pair over the state as ABCD and EFGH.
#include "sha256.h"

#if defined(__aarch64__)

#include <arm_neon.h>

__attribute__((target("arch=armv8-a+crypto"))) void cs_absorb__armv8(uint32_t *state, const void *blocks,
                                                                     size_t count) {
  uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
  for (const uint8_t *block = blocks; count > 0; count--, block += 64) {
    uint32x4_t w[4], abcd_before = abcd, efgh_before = efgh;
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
      uint32x4_t *now = &w[i & 3];
      if (i < 4) *now = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * i)));
      else *now = vsha256su1q_u32(vsha256su0q_u32(*now, w[(i + 1) & 3]), w[(i + 2) & 3], w[(i + 3) & 3]);
      uint32x4_t wk = vaddq_u32(*now, vld1q_u32(cs_round_constants + 4 * i));
      uint32x4_t abcd_now = abcd;
      abcd = vsha256hq_u32(abcd, efgh, wk);
      efgh = vsha256h2q_u32(efgh, abcd_now, wk);
    }
    abcd = vaddq_u32(abcd, abcd_before);
    efgh = vaddq_u32(efgh, efgh_before);
  }
  vst1q_u32(state, abcd);
  vst1q_u32(state + 4, efgh);
}

#endif
