// What the dot products of Armv8.2 add to vector__neon.h.
#ifndef CK_VECTOR_DOTPROD_H
#define CK_VECTOR_DOTPROD_H

#if !defined(CK_TARGET)
#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod")))
#endif
#include "vector__neon.h"

// Four bytes in every lane.
CK_TARGET static inline V8 broadcast32(const void *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return vreinterpretq_s8_s32(vdupq_n_s32(four));
}

// sdot multiplies four signed by four signed bytes in each lane and adds all products in 32 bits.
CK_TARGET static inline V32 dot4(V32 acc, V8 x, V8 w) { return vdotq_s32(acc, x, w); }

// The same with the four inputs of one lane of x for all lanes. `lane` is a constant wherever this is inlined.
CK_TARGET ALWAYS_INLINE V32 dot_lane(V32 acc, V8 x, V8 w, const int lane) {
  switch (lane) {
    case 0: return vdotq_laneq_s32(acc, w, x, 0);
    case 1: return vdotq_laneq_s32(acc, w, x, 1);
    case 2: return vdotq_laneq_s32(acc, w, x, 2);
    default: return vdotq_laneq_s32(acc, w, x, 3);
  }
}

#endif
