// The block-wise convolution, written once for all vector instruction sets: a tile of TILE_COLUMNS windows (times two
// rows of windows where pooling is fused) by one block of CK_BLOCK channels is kept in registers, the windows' inputs
// are broadcast, and the weights stream by.
//
// The including file defines
//   CK_TARGET            the attribute that names the instruction set
//   VEC, VECTORS         int32 accumulators, and how many of them make a block
//   X, W                 types of broadcast inputs and of weights
//   X_STEP               bytes of inputs in a group
//   W_VECTOR             bytes of weights in one vector
//   load_x, load_w, load_bias, dot, largest
//   store                requantizes and stores (or stores raw) one pixel of a block
//   NAME, NAME_POOLED, TILE_COLUMNS, TILE_COLUMNS_POOLED (conv columns, even)

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

CK_TARGET ALWAYS_INLINE void conv_tile(const ck_conv *conv, const char *window, size_t block, const int rows,
                                       const int columns, VEC acc[][VECTORS]) {
  const char *w = (const char *)conv->weights +
                  block * conv->segment_count * conv->segment_groups * (VECTORS * W_VECTOR);
  UNROLL for (int v = 0; v < VECTORS; v++) {
    VEC bias = load_bias(conv->bias + block * CK_BLOCK, v);
    UNROLL for (int p = 0; p < rows * columns; p++) acc[p][v] = bias;
  }
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const char *x = window + conv->segments[segment];
    for (size_t group = conv->segment_groups; group > 0; group--) {
      W weights[VECTORS];
      UNROLL for (int v = 0; v < VECTORS; v++) weights[v] = load_w(w + v * W_VECTOR);
      UNROLL for (int p = 0; p < rows * columns; p++) {
        X value = load_x(x + (p / columns) * conv->input_row + (p % columns) * conv->input_pixel);
        UNROLL for (int v = 0; v < VECTORS; v++) acc[p][v] = dot(acc[p][v], value, weights[v]);
      }
      x += X_STEP;
      w += VECTORS * W_VECTOR;
    }
  }
}

CK_TARGET ALWAYS_INLINE void conv_columns(const ck_conv *conv, size_t row, size_t column, const int columns) {
  const char *window = (const char *)conv->io.input + (ptrdiff_t)row * conv->input_row +
                       (ptrdiff_t)column * conv->input_pixel;
  for (size_t block = 0; block * CK_BLOCK < conv->channels; block++) {
    VEC acc[16][VECTORS];
    conv_tile(conv, window, block, 1, columns, acc);
    UNROLL for (int p = 0; p < columns; p++)
      store(conv, acc[p], block,
            (ptrdiff_t)row * conv->output_row + (ptrdiff_t)(column + (size_t)p) * conv->output_pixel);
  }
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    size_t column = 0;
    for (; column + TILE_COLUMNS <= conv->columns; column += TILE_COLUMNS)
      conv_columns(conv, row, column, TILE_COLUMNS);
    for (; column < conv->columns; column++) conv_columns(conv, row, column, 1);
  }
}

// Equation (4): requantization is monotonic, so pooling before it gives the same code as pooling after it.
CK_TARGET ALWAYS_INLINE void pooled_columns(const ck_conv *conv, size_t row, size_t column, const int columns) {
  const char *window = (const char *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row +
                       2 * (ptrdiff_t)column * conv->input_pixel;
  for (size_t block = 0; block * CK_BLOCK < conv->channels; block++) {
    VEC acc[32][VECTORS];
    conv_tile(conv, window, block, 2, columns, acc);
    UNROLL for (int p = 0; p < columns; p += 2) {
      VEC pooled[VECTORS];
      UNROLL for (int v = 0; v < VECTORS; v++)
        pooled[v] = largest(largest(acc[p][v], acc[p + 1][v]),
                            largest(acc[columns + p][v], acc[columns + p + 1][v]));
      store(conv, pooled, block,
            (ptrdiff_t)row * conv->output_row + (ptrdiff_t)(column + (size_t)p / 2) * conv->output_pixel);
    }
  }
}

CK_TARGET void NAME_POOLED(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  const size_t step = TILE_COLUMNS_POOLED / 2;
  for (size_t row = first; row < end; row++) {
    size_t column = 0;
    for (; column + step <= conv->columns; column += step) pooled_columns(conv, row, column, TILE_COLUMNS_POOLED);
    for (; column < conv->columns; column++) pooled_columns(conv, row, column, 2);
  }
}
