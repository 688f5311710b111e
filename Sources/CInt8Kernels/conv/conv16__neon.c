#if defined(__aarch64__)

#include "../support/words__neon.h"
#include "conv_window.h"

#define NAME ck_qs16_qc8w_conv__neon
#define NAME_POOLED ck_qs16_qc8w_conv_maxpool2x2__neon
#define WIDE_VECTORS 4
#define WIDE 4
#define WIDE_POOLED 2
#define NARROW 0
#define NARROW_POOLED 0

// Lanes are channels: a block of them times one input of each window, weights [input][CK_BLOCK].
enum { MOST_WINDOWS = 4 };

typedef V32 conv_sums[MOST_WINDOWS][WIDE_VECTORS];

// Adds what input `lane` of four gives, a number that is known to the compiler.
#define ADD_INPUT(lane)                                                                      \
  UNROLL_FOR (int h = 0; h < 2; h++) {                                                       \
    V16 weights = load_words(w + (lane) * CK_BLOCK + 8 * h);                                 \
    UNROLL_FOR (int p = 0; p < side * columns; p++) {                                        \
      acc[p][2 * h] = vmlal_lane_s16(acc[p][2 * h], vget_low_s16(weights), values[p], lane); \
      acc[p][2 * h + 1] = vmlal_high_lane_s16(acc[p][2 * h + 1], weights, values[p], lane);  \
    }                                                                                        \
  }

CK_TARGET ALWAYS_INLINE void conv_tile(const ck_conv *conv, size_t row, size_t column, size_t vector, const int vectors,
                                       const int side, const int columns, const size_t left, conv_sums acc) {
  (void)left, (void)vectors;  // tiles are never larger than what is left, but for channels
  const char *window = ck_window_at(conv, (size_t)side * row, (size_t)side * column);
  const ptrdiff_t across = conv->input_pixel, down = conv->input_row;
  const size_t inputs = conv->segment_groups;
  const int16_t *w = (const int16_t *)conv->weights + vector / WIDE_VECTORS * conv->segment_count * inputs * CK_BLOCK;
  UNROLL_FOR (int v = 0; v < WIDE_VECTORS; v++) {
    V32 bias = load32(conv->bias + (vector + (size_t)v) * LANES32);
    UNROLL_FOR (int p = 0; p < side * columns; p++) acc[p][v] = bias;
  }
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const char *x = window + conv->segments[segment];
    size_t input = 0;
    for (; input + 4 <= inputs; input += 4, x += 8, w += 4 * CK_BLOCK) {
      int16x4_t values[MOST_WINDOWS];
      UNROLL_FOR (int p = 0; p < side * columns; p++)
        values[p] = vld1_s16((const int16_t *)(const void *)(x + (p / columns) * down + (p % columns) * across));
      ADD_INPUT(0)
      ADD_INPUT(1)
      ADD_INPUT(2)
      ADD_INPUT(3)
    }
    for (; input < inputs; input++, x += 2, w += CK_BLOCK) {
      int16x4_t values[MOST_WINDOWS];
      UNROLL_FOR (int p = 0; p < side * columns; p++)
        values[p] = vld1_dup_s16((const int16_t *)(const void *)(x + (p / columns) * down + (p % columns) * across));
      ADD_INPUT(0)
    }
  }
}

#include "conv_tile_sums.h"
#include "conv_store.h"
#include "conv_rows_template.h"

#endif
