#if defined(__aarch64__)

#include "../support/words__neon.h"
#include "dense16_store.h"

#define CODE int16_t
#define INPUTS int16x8x2_t
#define STEP 16
#define OUTPUTS 4
#define NAME ck_qs16_qc8w_dense__neon

static inline INPUTS load_inputs(const int16_t *x) { return (INPUTS){{load_words(x), load_words(x + 8)}}; }
static inline V32 add_products(V32 acc, V16 x, V16 w) {
  return vmlal_high_s16(vmlal_s16(acc, vget_low_s16(x), vget_low_s16(w)), x, w);
}
static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) {
  int8x16_t weights = load8(w);
  return add_products(add_products(acc, x.val[0], vmovl_s8(vget_low_s8(weights))), x.val[1], vmovl_high_s8(weights));
}

#include "dense_template.h"

#endif
