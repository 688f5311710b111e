#if defined(__aarch64__)

#include "../support/store__neon.h"

#define NAME ck_qs8_qc8w_depthwise__neon

CK_TARGET static inline void add_tap(V32 acc[2], const ck_code *x, const int16_t *w) {
  V16 values = load_codes16(x), weights = vld1q_s16(w);
  acc[0] = vmlal_s16(acc[0], vget_low_s16(values), vget_low_s16(weights));
  acc[1] = vmlal_high_s16(acc[1], values, weights);
}

CK_TARGET static inline void add_taps(V32 acc[2], const ck_code *x0, const ck_code *x1, const int16_t *w0,
                                      const int16_t *w1) {
  add_tap(acc, x0, w0);
  add_tap(acc, x1, w1);
}

CK_TARGET static inline void in_order(V32 acc[2]) { (void)acc; }

#include "depthwise_template.h"

#endif
