// The rows of a convolution, with or without 2x2 max pooling, written once for all vector instruction sets: tile by
// tile, each some windows (two rows of them where pooling is fused) by some vectors of channels.
//
// The including file defines
//   CK_TARGET, V32, LANES32   as in support/vector__*.h
//   NAME, NAME_POOLED         the two kernels
//   WIDE_VECTORS              vectors of channels of a wide tile
//   WIDE, WIDE_POOLED         columns of windows in a wide tile, even where pooled
//   NARROW, NARROW_POOLED     the same for tiles NARROW_VECTORS wide (1 if it is not said), which compute the vectors
//                             left over; 0 where wide tiles do. The last tile may reach into the padding of the block
//   LEAST                     columns of the least tile without pooling, if more than 1
//   EIGHTS                    1 if there are tiles of eight, where four sums do not fill the time that a product takes
//   PAIRS                     1 if there are tiles of two, where the sums of one do not fill that time either
//   conv_sums                 the sums of a tile
//   conv_tile                 computes them; of the windows across only `left` count, the others repeat the last
//   tile_sums                 the sums of the window in column p of a tile, or of the four pooled from column p on
//   CONV_OF                   declares the operation, if it is to be a copy (see support/template.h)
//   ASKS_NARROW               1 if the rows without pooling are compiled once more for narrow operations, whose results
//                             take less to store
//   TWO_ROWS                  if tiles of two rows are made where rows are short; with conv_tile_of_two_rows
//   store                     requantizes and stores (or stores raw) a tile's vectors of channels of one pixel
//   store_together            the same of four vectors of pixels side by side, where there is one: a macro; for tiles
//                             that can_store_together says yes to
//   store_tile                the same of a whole tile without pooling, where there is one

#include "conv_window.h"

#if !defined(NARROW_VECTORS)
#define NARROW_VECTORS 1
#endif
#if !defined(LEAST)
#define LEAST 1
#endif
#if !defined(EIGHTS)
#define EIGHTS 0
#endif
#if !defined(PAIRS)
#define PAIRS 0
#endif
#if !defined(ASKS_NARROW)
#define ASKS_NARROW 0
#endif
#if !defined(CONV_OF)
#define CONV_OF(operation, name) const ck_conv *name = operation
#endif

// The pixel of a tile whose first window is in column `p`.
CK_TARGET ALWAYS_INLINE void output_pixel(const ck_conv *conv, conv_sums tile, int p, size_t vector, const int vectors,
                                          const int side, const int columns, ptrdiff_t place) {
  V32 sums[WIDE_VECTORS];
  tile_sums(tile, side, columns, p, vectors, sums);
  place += p / side * conv->output_pixel;
  store(conv, sums, vectors, vector * LANES32, place);
}

// One row of a tile.
CK_TARGET ALWAYS_INLINE void store_row_of_tile(const ck_conv *conv, conv_sums tile, size_t vector, const int vectors,
                                               const int side, const int columns, const size_t left,
                                               const int is_narrow, const int together, ptrdiff_t place) {
  (void)is_narrow, (void)together;  // if there is no store_together
#if defined(store_together)
  const int pixels = 4 / vectors, whole = columns / (pixels * side) * pixels * side;
  if (whole > 0 && left >= (size_t)columns && together) {
    UNROLL_FOR (int p = 0; p < whole; p += pixels * side) {
      V32 four[4][WIDE_VECTORS];
      UNROLL_FOR (int i = 0; i < pixels; i++) tile_sums(tile, side, columns, p + i * side, vectors, four[i]);
      V32 flat[4];
      UNROLL_FOR (int i = 0; i < 4; i++) flat[i] = four[i / vectors][i % vectors];
      store_together(conv, flat, vectors, vector * LANES32, place + p / side * conv->output_pixel, is_narrow);
    }
    UNROLL_FOR (int p = whole; p < columns; p += side)
      output_pixel(conv, tile, p, vector, vectors, side, columns, place);
    return;
  }
#endif
  UNROLL_FOR (int p = 0; p < columns; p += side) {
    if ((size_t)p < left) output_pixel(conv, tile, p, vector, vectors, side, columns, place);
  }
}

CK_TARGET ALWAYS_INLINE void output_tile(const ck_conv *conv, size_t row, size_t column, size_t vector,
                                         const int vectors, const int side, const int columns, const size_t left,
                                         const int is_narrow, const int together) {
  conv_sums tile;
  conv_tile(conv, row, column, vector, vectors, side, columns, left, tile);
  const ptrdiff_t place = ck_place_of(conv, row, column);
#if defined(store_tile)
  if (side == 1 && left >= (size_t)columns && together) {
    store_tile(conv, tile, vectors, columns, vector * LANES32, place, is_narrow);
    return;
  }
#endif
  store_row_of_tile(conv, tile, vector, vectors, side, columns, left, is_narrow, together, place);
}

#if defined(TWO_ROWS)
// Tiles of two rows, without pooling: where rows are short, one of them fills neither the registers nor the time that a
// product takes, and weights stream by twice as often.
CK_TARGET ALWAYS_INLINE void output_tile_of_two_rows(const ck_conv *conv, size_t row, size_t column, size_t vector,
                                                     const int vectors, const int columns, const int together) {
  conv_sums tile;
  conv_tile_of_two_rows(conv, row, column, vector, vectors, columns, tile);
  UNROLL_FOR (int i = 0; i < 2; i++)
    store_row_of_tile(conv, tile + i * columns, vector, vectors, 1, columns, (size_t)columns, 0, together,
                      ck_place_of(conv, row + (size_t)i, column));
}

CK_TARGET ALWAYS_INLINE void output_two_rows(const ck_conv *conv, size_t row, size_t vector, const int vectors) {
  const int together = can_store_together(conv, vectors, vector * LANES32);
  size_t column = 0;
  for (; column + 4 <= conv->columns; column += 4)
    output_tile_of_two_rows(conv, row, column, vector, vectors, 4, together);
  for (; column + 2 <= conv->columns; column += 2)
    output_tile_of_two_rows(conv, row, column, vector, vectors, 2, together);
  for (; column < conv->columns; column++) output_tile_of_two_rows(conv, row, column, vector, vectors, 1, together);
}
#endif

// The columns of a row: whole tiles, then tiles of eight (where there are such), of four and of two (likewise) windows
// across, then the least possible. `side` is 1, or 2 where 2x2 windows are pooled.
CK_TARGET ALWAYS_INLINE void output_row(const ck_conv *conv, size_t row, size_t vector, const int vectors,
                                        const int side, const int whole, const int is_narrow) {
  const int least = side > 1 ? side : LEAST;
#if defined(store_together)
  const int together = can_store_together(conv, vectors, vector * LANES32);
#else
  const int together = 0;
#endif
  size_t column = 0;
  for (; column + (size_t)(whole / side) <= conv->columns; column += (size_t)(whole / side))
    output_tile(conv, row, column, vector, vectors, side, whole, (size_t)whole, is_narrow, together);
  if (EIGHTS && whole > 8)
    for (; column + (size_t)(8 / side) <= conv->columns; column += (size_t)(8 / side))
      output_tile(conv, row, column, vector, vectors, side, 8, 8, is_narrow, together);
  if (whole > 4)
    for (; column + (size_t)(4 / side) <= conv->columns; column += (size_t)(4 / side))
      output_tile(conv, row, column, vector, vectors, side, 4, 4, is_narrow, together);
  if (PAIRS && side == 1)
    for (; column + 2 <= conv->columns; column += 2)
      output_tile(conv, row, column, vector, vectors, side, 2, 2, is_narrow, together);
  for (; column < conv->columns; column += (size_t)(least / side))
    output_tile(conv, row, column, vector, vectors, side, least, least > side ? conv->columns - column : (size_t)least,
                is_narrow, together);
}

// Vectors of nothing but padding are left out.
CK_TARGET ALWAYS_INLINE size_t vectors_of(const ck_conv *conv) { return (conv->channels + LANES32 - 1) / LANES32; }

CK_TARGET ALWAYS_INLINE void output_rows(const ck_conv *conv, size_t first, size_t end, const int side, const int wide,
                                         const int narrow, const int is_narrow) {
  for (size_t row = first; row < end; row++) {
    size_t vector = 0;
    for (; vector + (narrow > 0 ? WIDE_VECTORS : 1) <= vectors_of(conv); vector += WIDE_VECTORS)
      output_row(conv, row, vector, WIDE_VECTORS, side, wide, is_narrow);
    if (narrow > 0)
      for (; vector < vectors_of(conv); vector += NARROW_VECTORS)
        output_row(conv, row, vector, NARROW_VECTORS, side, narrow, is_narrow);
  }
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  CONV_OF(operation, conv);
#if defined(TWO_ROWS)
  for (; conv->columns < CK_SHORT_ROW && first + 2 <= end; first += 2) {
    size_t vector = 0;
    for (; vector + WIDE_VECTORS <= vectors_of(conv); vector += WIDE_VECTORS)
      output_two_rows(conv, first, vector, WIDE_VECTORS);
    for (; vector < vectors_of(conv); vector++) output_two_rows(conv, first, vector, 1);
  }
#endif
  if (ASKS_NARROW && conv->requantization.narrow) output_rows(conv, first, end, 1, WIDE, NARROW, 1);
  else output_rows(conv, first, end, 1, WIDE, NARROW, 0);
}

CK_TARGET void NAME_POOLED(const void *operation, size_t first, size_t end) {
  CONV_OF(operation, conv);
  output_rows(conv, first, end, 2, WIDE_POOLED, NARROW_POOLED, 0);
}
