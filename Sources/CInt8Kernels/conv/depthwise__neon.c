#if defined(__aarch64__)

#include "../support/store__neon.h"

#include "conv_window.h"

#define NAME ck_qs8_qc8w_depthwise__neon

#define load_taps load_codes16

// Of windows of 3x3 and 5x5.
enum { MOST_TAPS = 25 };

// Two taps' products fit in 16 bits, since -128 is no weight (2 * 128 * 127 = 32512). As assembly, since compilers take
// high halves out of registers first, an instruction more for each.
CK_TARGET ALWAYS_INLINE void add_pair_of_16(V32 acc[4], int8x16_t x0, int8x16_t x1, int8x16_t w0, int8x16_t w1) {
  int16x8_t low, high;
  __asm__(
      "smull %[low].8h, %[x0].8b, %[w0].8b\n\t"
      "smull2 %[high].8h, %[x0].16b, %[w0].16b\n\t"
      "smlal %[low].8h, %[x1].8b, %[w1].8b\n\t"
      "smlal2 %[high].8h, %[x1].16b, %[w1].16b\n\t"
      "saddw %[a].4s, %[a].4s, %[low].4h\n\t"
      "saddw2 %[b].4s, %[b].4s, %[low].8h\n\t"
      "saddw %[c].4s, %[c].4s, %[high].4h\n\t"
      "saddw2 %[d].4s, %[d].4s, %[high].8h"
      : [a] "+w"(acc[0]), [b] "+w"(acc[1]), [c] "+w"(acc[2]), [d] "+w"(acc[3]), [low] "=&w"(low), [high] "=&w"(high)
      : [x0] "w"(x0), [x1] "w"(x1), [w0] "w"(w0), [w1] "w"(w1));
}

// 16 channels of all pixels of a row: the weights of nine taps stay in registers, those of 25 as bytes beside them.
CK_TARGET ALWAYS_INLINE void chunk_of_row(const ck_conv *conv, const char *x, size_t channel, ptrdiff_t place,
                                          const int count) {
  const int16_t *words = (const int16_t *)conv->weights + channel;
  int8x16_t w[MOST_TAPS];
  ptrdiff_t taps[MOST_TAPS];
  UNROLL_FOR (int t = 0; t < count; t++, words += conv->channels) {
    w[t] = vcombine_s8(vmovn_s16(vld1q_s16(words)), vmovn_s16(vld1q_s16(words + 8)));
    taps[t] = conv->segments[t];
  }
  V32 bias[4];
  UNROLL_FOR (int i = 0; i < 4; i++) bias[i] = load32(conv->bias + channel + LANES32 * (size_t)i);
  const int8x16_t none = vdupq_n_s8(0);
  for (size_t column = 0; column < conv->columns; column++, x += conv->input_pixel, place += conv->output_pixel) {
    __asm__("" : "+r"(x));  // or else a place for each tap moves on
    V32 acc[4] = {bias[0], bias[1], bias[2], bias[3]};
    UNROLL_FOR (int t = 0; t < count - 1; t += 2) {
      add_pair_of_16(acc, vld1q_s8((const int8_t *)x + taps[t]), vld1q_s8((const int8_t *)x + taps[t + 1]), w[t],
                     w[t + 1]);
    }
    const int8x16_t last = vld1q_s8((const int8_t *)x + taps[count - 1]);
    add_pair_of_16(acc, last, none, w[count - 1], none);
    store_four(conv, acc, 4, channel, place, 0);
  }
}

// Functions of their own, so that the registers are their own, and so is the operation (see support/template.h).
__attribute__((noinline)) static void nine_taps(const ck_conv *conv, const char *x, size_t channel, ptrdiff_t place) {
  const ck_conv copy = *conv;
  chunk_of_row(&copy, x, channel, place, 9);
}
__attribute__((noinline)) static void many_taps(const ck_conv *conv, const char *x, size_t channel, ptrdiff_t place) {
  const ck_conv copy = *conv;
  chunk_of_row(&copy, x, channel, place, MOST_TAPS);
}

CK_TARGET ALWAYS_INLINE int whole_row_of_squares(const ck_conv *conv, size_t row) {
  const size_t taps = conv->segment_count;
  if ((taps != 9 && taps != MOST_TAPS) || conv->channels % 16 != 0 || conv->io.accumulators != NULL) return 0;
  const char *window = ck_window_at(conv, row, 0);
  const ptrdiff_t place = ck_place_of(conv, row, 0);
  for (size_t channel = 0; channel < conv->channels; channel += 16)
    (taps == 9 ? nine_taps : many_taps)(conv, window + channel, channel, place);
  return 1;
}
#define whole_row whole_row_of_squares

#include "depthwise__neon.h"
#include "depthwise_template.h"

#endif
