// What depthwise_template.h needs with NEON. The including file defines
//   load_taps   LANES16 inputs as 16-bit words

CK_TARGET static inline void add_tap(V32 acc[2], const void *x, const int16_t *w) {
  V16 values = load_taps(x), weights = vld1q_s16(w);
  acc[0] = vmlal_s16(acc[0], vget_low_s16(values), vget_low_s16(weights));
  acc[1] = vmlal_high_s16(acc[1], values, weights);
}

CK_TARGET static inline void add_taps(V32 acc[2], const void *x0, const void *x1, const int16_t *w0,
                                      const int16_t *w1) {
  add_tap(acc, x0, w0);
  add_tap(acc, x1, w1);
}

CK_TARGET static inline void in_order(V32 acc[2]) { (void)acc; }
