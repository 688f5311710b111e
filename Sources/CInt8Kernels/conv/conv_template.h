// The block-wise convolution, written once for all x86 vector instruction sets: a tile of windows (two rows of them
// where pooling is fused) by some vectors of channels is kept in registers, the windows' inputs are broadcast, and the
// weights stream by.
//
// The including file defines
//   CK_TARGET             the attribute that names the instruction set
//   V32, LANES32, load32, broadcast32, max32     as in support/vector__*.h
//   dot                   adds the products of a group of inputs, four bytes wide, and its weights
//   store                 requantizes and stores (or stores raw) one vector of channels of one pixel
//   store_wide            the same for the vectors of a wide tile
//   NAME, NAME_POOLED     the two kernels
//   WIDE_VECTORS          vectors of a wide tile; what is left over is computed one vector at a time, in narrow tiles
//   WIDE, WIDE_POOLED, NARROW, NARROW_POOLED  columns of windows in each kind of tile, even where pooled

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
enum {
  VECTORS = CK_BLOCK / LANES32,  // of a block
  VECTOR_BYTES = 4 * LANES32,      // of weights
  MOST_WINDOWS = 2 * NARROW_POOLED > NARROW ? 2 * NARROW_POOLED : NARROW
};

// Convolutions compute more than they load, so there is time to fetch what a later layer only loads: this many cache
// lines during each segment of a tile.
CK_TARGET ALWAYS_INLINE size_t lines_ahead(const ck_conv *conv, size_t columns) {
  return (columns * (conv->ahead_bytes / 64) + conv->segment_count - 1) / conv->segment_count;
}

CK_TARGET ALWAYS_INLINE const char *ahead_of(const ck_conv *conv, size_t row, size_t column) {
  return conv->ahead + (ptrdiff_t)row * conv->ahead_row + (ptrdiff_t)(column * conv->ahead_bytes);
}

CK_TARGET ALWAYS_INLINE void conv_tile(const ck_conv *conv, const char *window, size_t vector, const int vectors,
                                       const int rows, const int columns, V32 acc[][WIDE_VECTORS], const char *ahead,
                                       size_t lines) {
  const size_t block_bytes = conv->segment_count * conv->segment_groups * (VECTORS * VECTOR_BYTES);
  const char *w[WIDE_VECTORS];
  UNROLL for (int v = 0; v < vectors; v++) {
    size_t place = vector + (size_t)v;
    w[v] = (const char *)conv->weights + place / VECTORS * block_bytes + place % VECTORS * VECTOR_BYTES;
    V32 bias = load32(conv->bias + place * LANES32);
    UNROLL for (int p = 0; p < rows * columns; p++) acc[p][v] = bias;
  }
  const ptrdiff_t across = conv->input_pixel;
  const ptrdiff_t down = conv->input_row;
  const size_t groups = conv->segment_groups;
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const char *x = window + conv->segments[segment];
    // Fetched in small portions: the processor waits for nothing as long as its line fill buffers suffice.
    for (size_t i = 0; i < lines; i++, ahead += 64) __builtin_prefetch(ahead, 0, 2);
    for (size_t group = 0; group < groups; group++) {
      V32 weights[WIDE_VECTORS];
      UNROLL for (int v = 0; v < vectors; v++) {
        weights[v] = load32(w[v]);
        w[v] += VECTORS * VECTOR_BYTES;
      }
      UNROLL for (int p = 0; p < rows * columns; p++) {
        V32 value = broadcast32(x + (p / columns) * down + (p % columns) * across);
        UNROLL for (int v = 0; v < vectors; v++) acc[p][v] = dot(acc[p][v], value, weights[v]);
      }
      x += 4;
    }
  }
}

CK_TARGET ALWAYS_INLINE void plain_tile(const ck_conv *conv, size_t row, size_t column, size_t vector,
                                        const int vectors, const int columns) {
  const char *window = (const char *)conv->io.input + (ptrdiff_t)row * conv->input_row +
                       (ptrdiff_t)column * conv->input_pixel;
  V32 acc[MOST_WINDOWS][WIDE_VECTORS];
  conv_tile(conv, window, vector, vectors, 1, columns, acc, ahead_of(conv, row, column),
            vector == 0 ? lines_ahead(conv, columns) : 0);
  ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
  UNROLL for (int p = 0; p < columns; p++) {
    if (vectors > 1) store_wide(conv, acc[p], vector * LANES32, place);
    else store(conv, acc[p][0], vector * LANES32, place);
    place += conv->output_pixel;
  }
}

// Equation (4): requantization is monotonic, so pooling before it gives the same code as pooling after it.
CK_TARGET ALWAYS_INLINE void pooled_tile(const ck_conv *conv, size_t row, size_t column, size_t vector,
                                         const int vectors, const int columns) {
  const char *window = (const char *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row +
                       2 * (ptrdiff_t)column * conv->input_pixel;
  V32 acc[MOST_WINDOWS][WIDE_VECTORS];
  conv_tile(conv, window, vector, vectors, 2, columns, acc, ahead_of(conv, row, column),
            vector == 0 ? lines_ahead(conv, columns / 2) : 0);
  ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
  UNROLL for (int p = 0; p < columns; p += 2) {
    V32 pooled[WIDE_VECTORS];
    UNROLL for (int v = 0; v < vectors; v++)
      pooled[v] = max32(max32(acc[p][v], acc[p + 1][v]), max32(acc[columns + p][v], acc[columns + p + 1][v]));
    if (vectors > 1) store_wide(conv, pooled, vector * LANES32, place);
    else store(conv, pooled[0], vector * LANES32, place);
    place += conv->output_pixel;
  }
}

// Vectors of nothing but padding are left out.
CK_TARGET ALWAYS_INLINE size_t vectors_of(const ck_conv *conv) { return (conv->channels + LANES32 - 1) / LANES32; }

// The columns of a row: whole tiles, then tiles of four windows across, then the least possible.
#define COLUMNS(tile, vector, vectors, unit, whole)                                          \
  do {                                                                                       \
    size_t column = 0;                                                                       \
    for (; column + (whole) / (unit) <= conv->columns; column += (whole) / (unit))           \
      tile(conv, row, column, vector, vectors, whole);                                       \
    if ((whole) > 4)                                                                         \
      for (; column + 4 / (unit) <= conv->columns; column += 4 / (unit))                     \
        tile(conv, row, column, vector, vectors, 4);                                         \
    for (; column < conv->columns; column++) tile(conv, row, column, vector, vectors, unit); \
  } while (0)

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    size_t vector = 0;
    for (; vector + WIDE_VECTORS <= vectors_of(conv); vector += WIDE_VECTORS)
      COLUMNS(plain_tile, vector, WIDE_VECTORS, 1, WIDE);
    for (; vector < vectors_of(conv); vector++) COLUMNS(plain_tile, vector, 1, 1, NARROW);
  }
}

CK_TARGET void NAME_POOLED(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    size_t vector = 0;
    for (; vector + WIDE_VECTORS <= vectors_of(conv); vector += WIDE_VECTORS)
      COLUMNS(pooled_tile, vector, WIDE_VECTORS, 2, WIDE_POOLED);
    for (; vector < vectors_of(conv); vector++) COLUMNS(pooled_tile, vector, 1, 2, NARROW_POOLED);
  }
}
