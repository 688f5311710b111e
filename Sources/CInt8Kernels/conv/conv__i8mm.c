#if defined(__aarch64__)

#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod+i8mm")))
#include "../support/store__neon.h"
#include "conv_window.h"

// smmla multiplies two windows by two channels, eight inputs deep. A tile is four pairs of windows by four pairs of
// channels.
#define NAME ck_qs8_qc8w_conv__i8mm
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__i8mm
#define WIDE_VECTORS 2
#define WIDE 8
#define WIDE_POOLED 4
#define NARROW 0
#define NARROW_POOLED 0
#define LEAST 2

enum { PAIRS = 4, CHANNEL_PAIRS = WIDE_VECTORS * LANES32 / 2, GROUP = 8 };

// sums[pair][j] holds the two windows of a pair times channels 2 j and 2 j + 1; then, behind the last pair, the bias.
// Pairs are neighbours in a row, or one above the other where 2x2 windows are pooled.
typedef V32 conv_sums[PAIRS + 1][CHANNEL_PAIRS];
enum { BIAS = PAIRS };

CK_TARGET ALWAYS_INLINE V8 join(V8 a, V8 b, const int half) {
  int64x2_t x = vreinterpretq_s64_s8(a), y = vreinterpretq_s64_s8(b);
  return vreinterpretq_s8_s64(half ? vzip2q_s64(x, y) : vzip1q_s64(x, y));
}

CK_TARGET ALWAYS_INLINE V32 join32(V32 a, V32 b, const int half) {
  return vreinterpretq_s32_s8(join(vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b), half));
}

// The byte offset of a window of a pair from the tile's first window.
CK_TARGET ALWAYS_INLINE ptrdiff_t place_of(const ck_conv *conv, int pair, int second, const int side, const int columns,
                                           const size_t left) {
  return ck_window_in_tile(conv, side == 1 ? 2 * pair + second : pair + second * columns, columns, left);
}

CK_TARGET ALWAYS_INLINE void conv_tile(const ck_conv *conv, size_t row, size_t column, size_t vector, const int vectors,
                                       const int side, const int columns, const size_t left, conv_sums acc) {
  const int pairs = side * columns / 2;
  ptrdiff_t places[2 * PAIRS];
  UNROLL_FOR (int p = 0; p < pairs; p++) {
    places[2 * p] = place_of(conv, p, 0, side, columns, left);
    places[2 * p + 1] = place_of(conv, p, 1, side, columns, left);
    UNROLL_FOR (int j = 0; j < CHANNEL_PAIRS; j++) acc[p][j] = zero32();
  }
  const size_t channel = vector * LANES32, groups = conv->segment_groups;
  UNROLL_FOR (int v = 0; v < vectors; v++) acc[BIAS][v] = load32(conv->bias + channel + LANES32 * v);
  const int8_t *window = ck_window_at(conv, (size_t)side * row, (size_t)side * column);
  const size_t block_bytes = conv->segment_count * groups * CK_BLOCK * GROUP;
  const int8_t *w = (const int8_t *)conv->weights + channel / CK_BLOCK * block_bytes + channel % CK_BLOCK * GROUP;
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const int8_t *x = window + conv->segments[segment];
    size_t group = 0;
    for (; group + 2 <= groups; group += 2, x += 2 * GROUP) {
      V8 values[PAIRS][2];
      UNROLL_FOR (int p = 0; p < pairs; p++) {
        V8 a = load8(x + places[2 * p]), b = load8(x + places[2 * p + 1]);
        values[p][0] = join(a, b, 0);
        values[p][1] = join(a, b, 1);
      }
      UNROLL_FOR (int half = 0; half < 2; half++, w += CK_BLOCK * GROUP) {
        UNROLL_FOR (int j = 0; j < CHANNEL_PAIRS; j++) {
          V8 weights = load8(w + 16 * j);
          UNROLL_FOR (int p = 0; p < pairs; p++) acc[p][j] = vmmlaq_s32(acc[p][j], values[p][half], weights);
        }
      }
    }
    for (; group < groups; group++, x += GROUP, w += CK_BLOCK * GROUP) {
      UNROLL_FOR (int p = 0; p < pairs; p++) {
        V8 value = vcombine_s8(vld1_s8(x + places[2 * p]), vld1_s8(x + places[2 * p + 1]));
        UNROLL_FOR (int j = 0; j < CHANNEL_PAIRS; j++) acc[p][j] = vmmlaq_s32(acc[p][j], value, load8(w + 16 * j));
      }
    }
  }
}

CK_TARGET ALWAYS_INLINE void tile_sums(conv_sums acc, const int side, const int columns, int p, const int vectors,
                                       V32 sums[WIDE_VECTORS]) {
  (void)columns;
  UNROLL_FOR (int v = 0; v < vectors; v++) {
    if (side == 1) {
      sums[v] = join32(acc[p / 2][2 * v], acc[p / 2][2 * v + 1], p % 2);
    } else {
      // The largest of the left and the right pair, then of the upper and the lower row.
      V32 a = max32(acc[p][2 * v], acc[p + 1][2 * v]), b = max32(acc[p][2 * v + 1], acc[p + 1][2 * v + 1]);
      sums[v] = max32(join32(a, b, 0), join32(a, b, 1));
    }
    sums[v] = add32(sums[v], acc[BIAS][v]);
  }
}

#include "conv_store.h"
#include "conv_rows_template.h"

#endif
