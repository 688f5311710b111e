// 3x3 convolution, with or without 2x2 max pooling, by Winograd's F(2x2, 3x3) or F(4x4, 3x3), in integers (Lavin and
// Gray 2015, "Fast Algorithms for Convolutional Neural Networks"). Inputs are transformed tile by tile, multiplied by
// transformed weights, and the sums over input channels are transformed back; winograd_side2.h and winograd_side4.h say
// how, and why nothing is rounded: sums may wrap around, for results do not.
//
// Over the primitives of support/vector__*.h and support/store__*.h. The including file defines
//   SIDE                results of a tile down and across, 2 or 4
//   products            the sums of a position over input channels for 1 to TILES tiles
//   TILES, STRIP        tiles that `products` takes at best; tiles between transformations
//   POOLED_VECTORS      vectors of sums that are transformed back together
//   CK_WINOGRAD_GROUP   input channels that `products` takes at a time
//   NAME, NAME_POOLED   the two kernels
//   SMALL               that code is to be small rather than made for numbers of channels, where products are long
//   PREFETCHES          1 where ck_conv.prefetch is made use of
#include "conv_window.h"

#include <assert.h>

#define BLOCK_VECTORS (CK_BLOCK / LANES32)

#if !defined(PREFETCHES)
#define PREFETCHES 0
#endif

#if defined(SMALL)
#define ONCE static __attribute__((noinline))
#else
#define ONCE ALWAYS_INLINE
#endif

enum {
  POSITIONS = (SIDE + 2) * (SIDE + 2),
  STRIP_ROOM = 32 * STRIP,  // strips are made of 32 channels at most
  TILE_ROOM = CK_WINOGRAD_INPUTS * TILES,
  // A cache line more, so that positions do not fall into a few sets of the nearest cache.
  ROOM = (STRIP_ROOM > TILE_ROOM ? STRIP_ROOM : TILE_ROOM) + 32,
  SUMS = STRIP * CK_BLOCK + 16
};

typedef struct {
  _Alignas(64) int16_t inputs[POSITIONS][ROOM];  // V: [tile][channel]
  _Alignas(64) int32_t sums[POSITIONS][SUMS];    // of one block: [tile][channel]
} scratch;

#if SIDE == 2
#include "winograd_side2.h"
#else
#include "winograd_side4.h"
#endif

// The rows that a call computes as tiles, numbered row by row: a strip of them runs on from a row to the next, so that
// narrow pictures fill strips as well, and the weights stream by less often.
typedef struct {
  size_t row, column;   // of the next tile
  size_t rows, across;  // tiles
  size_t first, end;    // rows of results
} tiling;

// Results of a tile down and across.
#define RESULTS(pools) ((pools) ? SIDE / 2 : SIDE)

CK_TARGET ALWAYS_INLINE tiling tiles_of(const ck_conv *conv, size_t first, size_t end, const int pools) {
  const size_t side = RESULTS(pools);
  return (tiling){0, 0, (end - first + side - 1) / side, (conv->columns + side - 1) / side, first, end};
}

CK_TARGET ALWAYS_INLINE void go_on(tiling *t, size_t tiles) {
  t->column += tiles;
  if (t->column == t->across) t->column = 0, t->row++;
}

// The sums of one position: as many tiles at once as are left.
CK_TARGET ONCE void position_sums(const int16_t *x, const size_t channels, const int16_t *u, const size_t groups,
                                  int32_t *sums, size_t tiles) {
  for (; tiles >= TILES; tiles -= TILES, x += TILES * channels, sums += TILES * CK_BLOCK)
    products(x, channels, u, groups, sums, TILES);
  if (TILES > 4 && tiles >= 4) {
    products(x, channels, u, groups, sums, 4);
    tiles -= 4, x += 4 * channels, sums += 4 * CK_BLOCK;
  }
  if (TILES > 3 && tiles == 3) products(x, channels, u, groups, sums, 3);
  if (tiles == 2) products(x, channels, u, groups, sums, 2);
  if (tiles == 1) products(x, channels, u, groups, sums, 1);
}

// What the results of a strip fetch of a later operation's inputs (ck_conv.prefetch), in as many portions as there are
// positions, so that the processor waits for nothing.
typedef struct {
  const char *next;
  size_t lines;  // of a portion
} fetching;

CK_TARGET ALWAYS_INLINE fetching fetching_of(const ck_conv *conv, size_t tiles, const tiling at, const int pools) {
  const size_t side = RESULTS(pools), lines = conv->prefetch_bytes / 64 * side * side;
  return (fetching){
      conv->prefetch + (ptrdiff_t)(at.first + side * at.row) * conv->prefetch_row + 64 * lines * at.column,
      (tiles * lines + POSITIONS - 1) / POSITIONS};
}

// From V to the codes of a strip of tiles, of which `at` says the first.
CK_TARGET ALWAYS_INLINE void finish_strip(const ck_conv *conv, scratch *s, size_t tiles, const size_t channels,
                                          const size_t groups, const tiling at, const int pools) {
  const size_t position_size = groups * CK_WINOGRAD_GROUP * CK_BLOCK;
  const int16_t *u = conv->weights;
  fetching fetch = fetching_of(conv, tiles, at, pools);
  for (size_t channel = 0; channel < conv->channels; channel += CK_BLOCK) {
    for (size_t position = 0; position < POSITIONS; position++, u += position_size) {
      for (size_t i = 0; PREFETCHES && channel == 0 && i < fetch.lines; i++, fetch.next += 64)
        __builtin_prefetch(fetch.next, 0, 2);
      position_sums(s->inputs[position], channels, u, groups, s->sums[position], tiles);
    }
    tiling t = at;
    for (size_t tile = 0; tile < tiles; tile++, go_on(&t, 1)) {
      const int32_t *sums = s->sums[0] + tile * CK_BLOCK;
      const size_t row = t.first + RESULTS(pools) * t.row, column = RESULTS(pools) * t.column;
      const ptrdiff_t place = ck_place_of(conv, row, column);
      if (pools) store_pooled(conv, sums, channel, place, t.end - row, conv->columns - column);
      else store_tile(conv, sums, channel, place, t.end - row, conv->columns - column);
    }
  }
}

// The last tiles of a row and a column may reach beyond the results: what they read there does not matter.
CK_TARGET ALWAYS_INLINE void rows_of(const ck_conv *conv, size_t first, size_t end, const size_t groups,
                                     const int pools) {
  const size_t channels = (groups * CK_WINOGRAD_GROUP + LANES16 - 1) / LANES16 * LANES16;
  assert(channels <= CK_WINOGRAD_INPUTS);
  const size_t strip = channels <= 32 ? STRIP : TILES;
  scratch s;
  for (tiling t = tiles_of(conv, first, end, pools); t.row < t.rows;) {
    const tiling start = t;
    size_t tiles = 0;
    while (tiles < strip && t.row < t.rows) {
      const size_t left = t.across - t.column, more = left < strip - tiles ? left : strip - tiles;
      transform(conv, (pools ? 2 * first : first) + SIDE * t.row, SIDE * t.column, more, channels, &s, tiles);
      tiles += more;
      go_on(&t, more);
    }
    finish_strip(conv, &s, tiles, channels, groups, start, pools);
  }
}

CK_TARGET ALWAYS_INLINE void run(const void *operation, size_t first, size_t end, const int pools) {
  const ck_conv copy = *(const ck_conv *)operation, *conv = &copy;
#if !defined(SMALL)
  // Known numbers of input channels unroll.
  if (conv->segment_groups == 16 / CK_WINOGRAD_GROUP) {
    rows_of(conv, first, end, 16 / CK_WINOGRAD_GROUP, pools);
    return;
  }
  if (conv->segment_groups == 32 / CK_WINOGRAD_GROUP) {
    rows_of(conv, first, end, 32 / CK_WINOGRAD_GROUP, pools);
    return;
  }
#endif
  rows_of(conv, first, end, conv->segment_groups, pools);
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) { run(operation, first, end, 0); }

CK_TARGET void NAME_POOLED(const void *operation, size_t first, size_t end) { run(operation, first, end, 1); }
