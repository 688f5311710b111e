// Whole chunks of codes of narrow operations: the weights and multipliers stay in registers, and biases are loaded
// into the sums, so that a window loads little but its columns. Where windows move by 1 that is half a chunk, eight
// channels, of two rows of windows; where they move by 2, a chunk of one row.

#include "conv_window.h"

enum { KEPT = 16, HALF = KEPT / 2 };  // channels
enum { WEIGHTS = 24 };                // ck_depthwise_weights(3, 1)

// Loads the sums' biases. Unseen, the address is not one whose contents are kept and moved.
CK_TARGET ALWAYS_INLINE void load_biases(const int32_t *bias, V32 *acc, const int vectors) {
  __asm__("" : "+r"(bias));
  UNROLL_FOR (int v = 0; v < vectors; v++) acc[v] = load32(bias + LANES32 * v);
}

// Four vectors of sums become codes.
CK_TARGET ALWAYS_INLINE V8 kept_codes(const V32 acc[4], const F32 *multipliers, const int vectors,
                                      const ck_requantization *r) {
  F32 products[4];
  UNROLL_FOR (int i = 0; i < 4; i++) products[i] = multiply_floats(floats_of(acc[i]), multipliers[i % vectors]);
  return clamped_four(products, r, 1);
}

typedef struct {
  V8 weights[2][3][2];  // by window, column and vector
  F32 multipliers[2];
  const int32_t *bias;
} kept_half;

// Four rows of eight channels.
typedef struct {
  V8 parts[2];
} half_column;

// Reads eight codes beyond them.
CK_TARGET ALWAYS_INLINE half_column half_at(const ck_code *const rows[4], ptrdiff_t place) {
  const int16x8_t ab = vreinterpretq_s16_s8(vzip1q_s8(load8(rows[0] + place), load8(rows[1] + place)));
  const int16x8_t cd = vreinterpretq_s16_s8(vzip1q_s8(load8(rows[2] + place), load8(rows[3] + place)));
  return (half_column){{vreinterpretq_s8_s16(vzip1q_s16(ab, cd)), vreinterpretq_s8_s16(vzip2q_s16(ab, cd))}};
}

CK_TARGET ALWAYS_INLINE kept_half keep_half(const ck_conv *conv, size_t half) {
  const int8_t *w = (const int8_t *)conv->weights + half / 2 * (KEPT * WEIGHTS) + half % 2 * (4 * HALF);
  kept_half kept = {.bias = conv->bias + half * HALF};
  UNROLL_FOR (int v = 0; v < 2; v++) {
    kept.multipliers[v] = load_floats(conv->requantization.multipliers + half * HALF + LANES32 * v);
    UNROLL_FOR (int row = 0; row < 2; row++) {
      UNROLL_FOR (int t = 0; t < 3; t++) kept.weights[row][t][v] = load8(w + 4 * KEPT * (3 * row + t) + 16 * v);
    }
  }
  return kept;
}

// A window and the one below it.
CK_TARGET ALWAYS_INLINE void half_windows(const kept_half *kept, const half_column *x0, const half_column *x1,
                                          const half_column *x2, const ck_requantization *r, ck_code *upper,
                                          ck_code *lower) {
  const half_column *columns[3] = {x0, x1, x2};
  V32 acc[4];
  UNROLL_FOR (int row = 0; row < 2; row++) {
    load_biases(kept->bias, acc + 2 * row, 2);
    UNROLL_FOR (int t = 0; t < 3; t++) {
      UNROLL_FOR (int v = 0; v < 2; v++)
        acc[2 * row + v] = dot4(acc[2 * row + v], columns[t]->parts[v], kept->weights[row][t][v]);
    }
  }
  const V8 codes = kept_codes(acc, kept->multipliers, 2, r);
  vst1_s8(upper, vget_low_s8(codes));
  vst1_s8(lower, vget_high_s8(codes));
}

CK_TARGET ALWAYS_INLINE void output_half(const ck_conv *conv, size_t half, const ck_code *const inputs[4],
                                         ptrdiff_t place) {
  const kept_half kept = keep_half(conv, half);
  const ck_requantization r = conv->requantization;
  const ptrdiff_t pixel = conv->input_pixel, output_pixel = conv->output_pixel;
  const ck_code *const rows[4] = {inputs[0], inputs[1], inputs[2], inputs[3]};
  ck_code *const upper = conv->io.output, *const lower = upper + conv->output_row;
  ptrdiff_t at = (ptrdiff_t)half * HALF;
  place += at;
  half_column x0 = half_at(rows, at), x1 = half_at(rows, at + pixel), x2;
  at += 2 * pixel;
  // Columns take turns, so that none is moved. One number moves the addresses of all rows: unseen, it is not turned
  // into a pointer for each.
  for (size_t left = conv->columns;;) {
#define NEXT(a, b, c)                                                \
  __asm__("" : "+r"(at), "+r"(place));                               \
  c = half_at(rows, at);                                             \
  half_windows(&kept, &a, &b, &c, &r, upper + place, lower + place); \
  at += pixel;                                                       \
  place += output_pixel;                                             \
  if (--left == 0) return
    NEXT(x0, x1, x2);
    NEXT(x1, x2, x0);
    NEXT(x2, x0, x1);
#undef NEXT
  }
}

typedef struct {
  V8 parts[4];
} whole_column;

// Three rows at one place.
CK_TARGET ALWAYS_INLINE whole_column whole_at(const ck_code *const rows[4], ptrdiff_t place) {
  const V8 last = load8(rows[2] + place);
  const V8 codes[4] = {load8(rows[0] + place), load8(rows[1] + place), last, last};
  whole_column x;
  interleave(codes, x.parts);
  return x;
}

CK_TARGET ALWAYS_INLINE void add_column(V32 acc[4], const whole_column *x, const V8 weights[4]) {
  UNROLL_FOR (int v = 0; v < 4; v++) acc[v] = dot4(acc[v], x->parts[v], weights[v]);
}

CK_TARGET ALWAYS_INLINE void output_apart(const ck_conv *conv, size_t chunk, const ck_code *const inputs[4],
                                          ptrdiff_t place) {
  const int8_t *w = (const int8_t *)conv->weights + chunk * (KEPT * WEIGHTS);
  const int32_t *const bias = conv->bias + chunk * KEPT;
  const ck_requantization r = conv->requantization;
  const ptrdiff_t pixel = conv->input_pixel / 2, output_pixel = conv->output_pixel;
  const ck_code *const rows[4] = {inputs[0], inputs[1], inputs[2], NULL};
  ck_code *const out = conv->io.output;
  V8 weights[3][4];
  F32 multipliers[4];
  UNROLL_FOR (int v = 0; v < 4; v++) {
    multipliers[v] = load_floats(r.multipliers + chunk * KEPT + LANES32 * v);
    UNROLL_FOR (int t = 0; t < 3; t++) weights[t][v] = load8(w + 4 * KEPT * t + 16 * v);
  }
  ptrdiff_t at = (ptrdiff_t)chunk * KEPT;
  place += at;
  whole_column x0 = whole_at(rows, at), x1, x2;
  at += pixel;
  for (size_t left = conv->columns;;) {
#define NEXT(a, c)                                              \
  __asm__("" : "+r"(at), "+r"(place));                          \
  {                                                             \
    V32 acc[4];                                                 \
    load_biases(bias, acc, 4);                                  \
    add_column(acc, &a, weights[0]);                            \
    x1 = whole_at(rows, at);                                    \
    add_column(acc, &x1, weights[1]);                           \
    c = whole_at(rows, at + pixel);                             \
    add_column(acc, &c, weights[2]);                            \
    vst1q_s8(out + place, kept_codes(acc, multipliers, 4, &r)); \
  }                                                             \
  at += 2 * pixel;                                              \
  place += output_pixel;                                        \
  if (--left == 0) return
    NEXT(x0, x2);
    NEXT(x2, x0);
#undef NEXT
  }
}

// Functions of their own, so that the registers are their own.
CK_TARGET __attribute__((noinline)) static void kept_halves(const ck_conv *conv, size_t chunk,
                                                            const ck_code *const inputs[4], ptrdiff_t place) {
  for (size_t half = 0; half < 2; half++) output_half(conv, 2 * chunk + half, inputs, place);
}

CK_TARGET __attribute__((noinline)) static void kept_apart(const ck_conv *conv, size_t chunk,
                                                           const ck_code *const inputs[4], ptrdiff_t place) {
  output_apart(conv, chunk, inputs, place);
}

CK_TARGET static inline size_t output_kept(const ck_conv *conv, const ck_code *const inputs[4], const int stride,
                                           ptrdiff_t place) {
  const size_t chunks = conv->channels / KEPT;
  for (size_t chunk = 0; chunk < chunks; chunk++) (stride == 1 ? kept_halves : kept_apart)(conv, chunk, inputs, place);
  return chunks;
}
