#if defined(__aarch64__)

#include "../support/dot__neon.h"
#include "../support/store__neon.h"
#include "conv_window.h"

#define NAME ck_qs8_qc8w_conv__neon
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__neon
#define NAME_GATHERED ck_qs8_qc8w_conv_gathered__neon
#define NAME_GATHERED_POOLED ck_qs8_qc8w_conv_gathered_maxpool2x2__neon
#define WIDE_VECTORS 1
#define WIDE 4
#define WIDE_POOLED 2
#define NARROW 0
#define NARROW_POOLED 0
#define LEAST 4

// Lanes are inputs: 16 of a pixel times 16 of a filter. A tile is 4 windows by 4 channels, summed across lanes at the
// end.
enum { WINDOWS = 4, GROUP = 16 };

typedef V32 conv_sums[WINDOWS];

// The sums of four accumulators, side by side.
ALWAYS_INLINE V32 across(const V32 acc[LANES32]) {
  return vpaddq_s32(vpaddq_s32(acc[0], acc[1]), vpaddq_s32(acc[2], acc[3]));
}

ALWAYS_INLINE void conv_tile(const ck_conv *conv, size_t row, size_t column, size_t vector, const int vectors,
                             const int side, const int columns, const size_t left, conv_sums sums) {
  (void)vectors;
  const int8_t *first = ck_window_at(conv, (size_t)side * row, (size_t)side * column);
  const int8_t *windows[WINDOWS];
  UNROLL_FOR (int p = 0; p < WINDOWS; p++) windows[p] = first + ck_window_in_tile(conv, p, columns, left);
  const size_t block_bytes = conv->segment_count * conv->segment_groups * CK_BLOCK * GROUP;
  const size_t channel = vector * LANES32;
  const int8_t *w = (const int8_t *)conv->weights + channel / CK_BLOCK * block_bytes + channel % CK_BLOCK * GROUP;
  V32 acc[WINDOWS][LANES32];
  V8 values[WINDOWS];
  UNROLL_FOR (int p = 0; p < WINDOWS; p++) values[p] = load8(windows[p] + conv->segments[0]);
  UNROLL_FOR (int c = 0; c < LANES32; c++)
    ck_first16_by_4__neon(&acc[0][c], &acc[1][c], &acc[2][c], &acc[3][c], values[0], values[1], values[2], values[3],
                          load8(w + GROUP * c));
  ptrdiff_t done = GROUP;
  for (size_t segment = 0; segment < conv->segment_count; segment++, done = 0) {
    ptrdiff_t at = conv->segments[segment];
    const ptrdiff_t end = at + (ptrdiff_t)conv->segment_groups * GROUP;
    for (at += done; at < end; at += GROUP) {
      // One number that moves all windows' addresses: unseen, it is not turned into a pointer for each.
      __asm__("" : "+r"(at));
      w += CK_BLOCK * GROUP;
      UNROLL_FOR (int p = 0; p < WINDOWS; p++) values[p] = load8(windows[p] + at);
      UNROLL_FOR (int c = 0; c < LANES32; c++)
        ck_dot16_by_4__neon(&acc[0][c], &acc[1][c], &acc[2][c], &acc[3][c], values[0], values[1], values[2], values[3],
                            load8(w + GROUP * c));
    }
  }
  V32 bias = load32(conv->bias + channel);
  UNROLL_FOR (int p = 0; p < WINDOWS; p++) sums[p] = add32(across(acc[p]), bias);
}

ALWAYS_INLINE void tile_sums(conv_sums tile, const int side, const int columns, int p, const int vectors, V32 sums[1]) {
  (void)columns, (void)vectors;
  if (side == 1) sums[0] = tile[p];
  else sums[0] = max32(max32(tile[0], tile[1]), max32(tile[2], tile[3]));
}

#include "conv_store.h"
#include "conv_rows_template.h"
#include "conv_gathered.h"

#endif
