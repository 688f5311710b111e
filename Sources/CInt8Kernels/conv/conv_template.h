// The tile of a convolution whose inputs are broadcast, written once for all vector instruction sets that multiply four
// bytes of inputs by a vector of weights: windows by some vectors of channels are kept in registers while the weights
// stream by. conv_rows_template.h, which this file includes, says what the including file defines, but for
//   load32, broadcast32, max32   as in support/vector__*.h
//   dot                          adds the products of a group of inputs, four bytes wide, and its weights
//   BYTES, load_bytes            what dot multiplies, if not V32 and load32
//   GROUPS_AT_ONCE, dot_lane     groups that one load_bytes brings, if inputs are loaded like that; dot of one of them
//   PREFETCHES                0 where ck_conv.prefetch is left alone

#include "../support/template.h"
#include "conv_window.h"

#if !defined(BYTES)
#define BYTES V32
#define load_bytes load32
#endif
#if !defined(PREFETCHES)
#define PREFETCHES 1
#endif

enum {
  VECTORS = CK_BLOCK / LANES32,  // of a block
  VECTOR_BYTES = 4 * LANES32,    // of weights
  MOST_WIDE = 2 * WIDE_POOLED > WIDE ? 2 * WIDE_POOLED : WIDE,
  MOST_NARROW = 2 * NARROW_POOLED > NARROW ? 2 * NARROW_POOLED : NARROW,
  MOST_WINDOWS = MOST_NARROW > MOST_WIDE ? MOST_NARROW : MOST_WIDE
};
_Static_assert(VECTORS == 1 || VECTORS % WIDE_VECTORS == 0, "the vectors of a tile lie in one block");

typedef V32 conv_sums[MOST_WINDOWS][WIDE_VECTORS];

// Convolutions compute more than they load, so there is time to fetch what a later layer only loads: this many cache
// lines during each segment of a tile.
CK_TARGET ALWAYS_INLINE size_t prefetch_lines(const ck_conv *conv, size_t columns) {
  return (columns * (conv->prefetch_bytes / 64) + conv->segment_count - 1) / conv->segment_count;
}

CK_TARGET ALWAYS_INLINE const char *prefetch_of(const ck_conv *conv, size_t row, size_t column) {
  return conv->prefetch + (ptrdiff_t)row * conv->prefetch_row + (ptrdiff_t)(column * conv->prefetch_bytes);
}

// `side` rows of windows from `window` on, which fetch `lines` from `next_line` on during each segment.
CK_TARGET ALWAYS_INLINE void sums_from(const ck_conv *conv, const char *window, const char *next_line,
                                       const size_t lines, size_t vector, const int vectors, const int side,
                                       const int columns, conv_sums acc) {
  const size_t groups = conv->segment_groups;
  const size_t block_bytes = conv->segment_count * groups * (VECTORS * VECTOR_BYTES);
  // From a vector of weights to the next: it is in the same block, unless a block is one vector.
  const size_t next = VECTORS == 1 ? block_bytes : VECTOR_BYTES;
  const char *w = (const char *)conv->weights + vector / VECTORS * block_bytes + vector % VECTORS * VECTOR_BYTES;
  UNROLL_FOR (int v = 0; v < vectors; v++) {
    V32 bias = load32(conv->bias + (vector + (size_t)v) * LANES32);
    UNROLL_FOR (int p = 0; p < side * columns; p++) acc[p][v] = bias;
  }
  const ptrdiff_t across = conv->input_pixel;
  const ptrdiff_t down = conv->input_row;
#if defined(GROUPS_AT_ONCE)
  const char *windows[2 * MOST_WINDOWS];
  UNROLL_FOR (int p = 0; p < side * columns; p++) windows[p] = window + (p / columns) * down + (p % columns) * across;
#endif
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const char *x = window + conv->segments[segment];
    // Fetched in small portions: the processor waits for nothing as long as its line fill buffers suffice.
    for (size_t i = 0; i < lines; i++, next_line += 64) __builtin_prefetch(next_line, 0, 2);
    size_t group = 0;
#if defined(GROUPS_AT_ONCE)
    const ptrdiff_t whole = (ptrdiff_t)(groups / GROUPS_AT_ONCE) * (4 * GROUPS_AT_ONCE);
    ptrdiff_t at = conv->segments[segment];
    for (const ptrdiff_t end = at + whole; at < end; at += 4 * GROUPS_AT_ONCE) {
      // One number that moves all windows' addresses: unseen, it is not turned into a pointer for each.
      __asm__("" : "+r"(at));
      BYTES weights[GROUPS_AT_ONCE][WIDE_VECTORS];
      UNROLL_FOR (int g = 0; g < GROUPS_AT_ONCE; g++, w += VECTORS * VECTOR_BYTES) {
        UNROLL_FOR (int v = 0; v < vectors; v++) weights[g][v] = load_bytes(w + (size_t)v * next);
      }
      UNROLL_FOR (int p = 0; p < side * columns; p++) {
        BYTES values = load_bytes(windows[p] + at);
        UNROLL_FOR (int v = 0; v < vectors; v++) {
          UNROLL_FOR (int g = 0; g < GROUPS_AT_ONCE; g++) acc[p][v] = dot_lane(acc[p][v], values, weights[g][v], g);
        }
      }
    }
    group = groups / GROUPS_AT_ONCE * GROUPS_AT_ONCE;
    x += whole;
#endif
    for (; group < groups; group++, x += 4, w += VECTORS * VECTOR_BYTES) {
      BYTES weights[WIDE_VECTORS];
      UNROLL_FOR (int v = 0; v < vectors; v++) weights[v] = load_bytes(w + (size_t)v * next);
      UNROLL_FOR (int p = 0; p < side * columns; p++) {
        BYTES value = broadcast32(x + (p / columns) * down + (p % columns) * across);
        UNROLL_FOR (int v = 0; v < vectors; v++) acc[p][v] = dot(acc[p][v], value, weights[v]);
      }
    }
  }
}

CK_TARGET ALWAYS_INLINE void conv_tile(const ck_conv *conv, size_t row, size_t column, size_t vector, const int vectors,
                                       const int side, const int columns, const size_t left, conv_sums acc) {
  (void)left;  // tiles are never larger than what is left
  const char *window = (const char *)conv->io.input + side * (ptrdiff_t)row * conv->input_row +
                       side * (ptrdiff_t)column * conv->input_pixel;
  const size_t lines = PREFETCHES && vector == 0 ? prefetch_lines(conv, (size_t)(columns / side)) : 0;
  sums_from(conv, window, prefetch_of(conv, row, column), lines, vector, vectors, side, columns, acc);
}

#if defined(TWO_ROWS)
// The windows of two rows, without pooling.
CK_TARGET ALWAYS_INLINE void conv_tile_of_two_rows(const ck_conv *conv, size_t row, size_t column, size_t vector,
                                                   const int vectors, const int columns, conv_sums acc) {
  const size_t lines = PREFETCHES && vector == 0 ? prefetch_lines(conv, (size_t)(2 * columns)) : 0;
  sums_from(conv, ck_window_at(conv, row, column), prefetch_of(conv, row, 2 * column), lines, vector, vectors, 2,
            columns, acc);
}
#endif

#include "conv_tile_sums.h"
#include "conv_rows_template.h"
