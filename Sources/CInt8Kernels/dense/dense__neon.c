#if defined(__aarch64__)

#include "../support/vector__neon.h"
#include "dense_store.h"

#define NAME ck_qs8_qc8w_dense__neon

// Two products fit in 16 bits, since -128 is no weight: 2 * 128 * 127 = 32512.
static inline V32 dot16(V32 acc, V8 x, V8 w) {
  V16 pairs = vmull_s8(vget_low_s8(x), vget_low_s8(w));
  return vpadalq_s16(acc, vmlal_high_s8(pairs, x, w));
}

#define INPUT_VECTORS 2
#include "dense_as_stored.h"
#include "dense_template.h"

#endif
