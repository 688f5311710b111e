#if defined(__x86_64__)

#include "../support/words__sse41.h"

#define NAME ck_qs16_qc8w_depthwise__sse41
#define CODE_BYTES 2

// Two taps are interleaved, so that pmaddwd adds their products in 32 bits.
CK_TARGET static inline void add_interleaved(V32 acc[2], V16 x0, V16 x1, V16 w0, V16 w1) {
  acc[0] = add_pairs(acc[0], _mm_unpacklo_epi16(x0, x1), _mm_unpacklo_epi16(w0, w1));
  acc[1] = add_pairs(acc[1], _mm_unpackhi_epi16(x0, x1), _mm_unpackhi_epi16(w0, w1));
}

CK_TARGET static inline void add_taps(V32 acc[2], const void *x0, const void *x1, const int16_t *w0,
                                      const int16_t *w1) {
  add_interleaved(acc, load_words(x0), load_words(x1), load_words(w0), load_words(w1));
}

CK_TARGET static inline void add_tap(V32 acc[2], const void *x, const int16_t *w) {
  add_interleaved(acc, load_words(x), zero32(), load_words(w), zero32());
}

CK_TARGET static inline void in_order(V32 acc[2]) { (void)acc; }

#include "depthwise_template.h"

#endif
