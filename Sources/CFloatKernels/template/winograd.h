// Convolution 3x3 + ReLU + max pooling 2x2 by Winograd's minimal filtering F(2x2, 3x3) (Lavin, Gray 2016): the four
// results that meet in one pool are one tile of it, made of 16 products a channel in place of 36.
//
//   Y = A^T [ (G g G^T) * (B^T d B) ] A
//
// with d the 4x4 inputs of a tile, g a 3x3 filter, * by element and summed over channels, and
//
//   B^T = 1  0 -1  0     G = 1    0    0     A^T = 1 1  1  0
//         0  1  1  0         1/2  1/2  1/2         0 1 -1 -1
//         0 -1  1  0         1/2 -1/2  1/2
//         0  1  0 -1         0    0    1

INLINE void filter_column(vec a, vec b, vec c, vec *to, int step) {
  vec half = SPLAT(0.5f), ends = a + c;
  to[0] = a;
  to[step] = half * (ends + b);
  to[2 * step] = half * (ends - b);
  to[3 * step] = c;
}

static void winograd_filters(const float *panels, float *filters, int inputs, int outputs) {
  size_t tap = (size_t)inputs * CF_PANEL;
  for (int panel = 0; panel < cf_padded(outputs) / CF_PANEL; panel++) {
    const float *from = panels + (size_t)panel * 9 * tap;
    float *to = filters + (size_t)panel * 16 * tap;
    for (size_t at = 0; at < tap; at += LANES) {
      vec down[4][3], all[4][4];
      UNROLL_FOR (int x = 0; x < 3; x++)
        filter_column(LOAD(from + (size_t)x * tap + at), LOAD(from + (size_t)(3 + x) * tap + at),
                      LOAD(from + (size_t)(6 + x) * tap + at), &down[0][x], 3);
      UNROLL_FOR (int y = 0; y < 4; y++) filter_column(down[y][0], down[y][1], down[y][2], all[y], 1);
      UNROLL_FOR (int i = 0; i < 16; i++) STORE(to + (size_t)i * tap + at, all[i / 4][i % 4]);
    }
  }
}

// Floats of one tile of 16 channels: 16 planes of 16. Constant distances let a kernel address all of it from one place.
enum { TILE_FLOATS = 16 * CF_PANEL };

// B^T d for one column of four rows of inputs.
INLINE void transform_column(const float *const *d, int at, vec down[4][4], int column) {
  vec a = LOAD(d[0] + at), b = LOAD(d[1] + at), c = LOAD(d[2] + at), e = LOAD(d[3] + at);
  down[0][column] = a - c;
  down[1][column] = b + c;
  down[2][column] = c - b;
  down[3][column] = b - e;
}

// B^T d B of neighbouring tiles, from whole vectors of channels: values[tiles][plane][16] for 16 channels. Tiles
// overlap by two columns, which are transformed once.
INLINE void transform_inputs(const cf_window *w, const float *x, int tiles, float *values, int inputs) {
  const float *d[4];
  for (int r = 0; r < 3; r++) d[r] = x + w->run_offsets[r];
  d[3] = d[2] + w->row_step;
  vec down[4][4];
  UNROLL_FOR (int column = 0; column < 2; column++) transform_column(d, column * inputs, down, column + 2);
  for (int tile = 0; tile < tiles; tile++, values += TILE_FLOATS) {
    UNROLL_FOR (int r = 0; r < 4; r++) d[r] += 2 * inputs;
    UNROLL_FOR (int column = 0; column < 2; column++) {
      UNROLL_FOR (int y = 0; y < 4; y++) down[y][column] = down[y][column + 2];
      transform_column(d, column * inputs, down, column + 2);
    }
    UNROLL_FOR (int y = 0; y < 4; y++) {
      STORE(values + (4 * y + 0) * CF_PANEL, down[y][0] - down[y][2]);
      STORE(values + (4 * y + 1) * CF_PANEL, down[y][1] + down[y][2]);
      STORE(values + (4 * y + 2) * CF_PANEL, down[y][2] - down[y][1]);
      STORE(values + (4 * y + 3) * CF_PANEL, down[y][1] - down[y][3]);
    }
  }
}

// products[tile][vector][plane] of one of the planes. `block` floats lie between values of neighbouring 16 channels.
INLINE void plane_tile(const int tiles, const int vectors, const int planes, const float *values, size_t block,
                       int inputs, const float *const *filters, const vec *start, float *products) {
  vec acc[32];
  UNROLL_FOR (int t = 0; t < tiles; t++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) acc[t * vectors + v] = start[v];
  }
  for (int first = 0; first < inputs; first += CF_PANEL, values += block) {
    for (int k = 0; k < CF_PANEL; k++) {
      vec weight[4];
      UNROLL_FOR (int v = 0; v < vectors; v++) {
        const float *at = filters[v] + (first + k) * CF_PANEL;
        weight[v] = LOAD(at);
        // The weights of one plane after the other are one stream, too long for the nearest cache.
        if (tiles * vectors >= 12) __builtin_prefetch(at + 32 * CF_PANEL);
      }
      UNROLL_FOR (int t = 0; t < tiles; t++) {
        vec value = SPLAT(values[t * planes * CF_PANEL + k]);
        UNROLL_FOR (int v = 0; v < vectors; v++) acc[t * vectors + v] = FMA(value, weight[v], acc[t * vectors + v]);
      }
    }
  }
  UNROLL_FOR (int i = 0; i < tiles * vectors; i++) STORE(products + i * planes * LANES, acc[i]);
}

// A^T from both sides, then the pool.
INLINE void transform_products(const float *products, float *y, uint8_t *winners, int left) {
  vec half[2][4], sums[4];
  UNROLL_FOR (int x = 0; x < 4; x++) {
    const float *at = products + x * LANES;
    vec a = LOAD(at), b = LOAD(at + 4 * LANES), c = LOAD(at + 8 * LANES), e = LOAD(at + 12 * LANES);
    half[0][x] = a + (b + c);
    half[1][x] = (b - c) - e;
  }
  UNROLL_FOR (int i = 0; i < 2; i++) {
    sums[2 * i] = half[i][0] + (half[i][1] + half[i][2]);
    sums[2 * i + 1] = (half[i][1] - half[i][2]) - half[i][3];
  }
  pool_winner(sums, y, winners, left);
}

INLINE void winograd_block(const int widest, const int vectors, const cf_window *w, int tiles, const float *values,
                           size_t block, int inputs, const float *const *filters, const float *bias, float *products,
                           float *y, uint8_t *winners, int left) {
  size_t tap = (size_t)inputs * CF_PANEL;
  for (int i = 0; i < 16; i++) {
    const float *weights[2] = {filters[0] + (size_t)i * tap, filters[1] + (size_t)i * tap};
    // A bias in the plane that all four results hold once is added to each of them.
    vec start[2] = {SPLAT(0), SPLAT(0)};
    if (i == 5) {
      UNROLL_FOR (int v = 0; v < vectors; v++) start[v] = LOAD(bias + v * LANES);
    }
    int tile = 0;
    // The last tiles are filled up with some that nobody reads: few sums at once would wait for one another.
#define COVER(size, least)                                                                                             \
  for (; tile + (least) <= tiles; tile += (size))                                                                      \
    plane_tile((size), vectors, 16, values + (size_t)tile * TILE_FLOATS + i * CF_PANEL, block, inputs, weights, start, \
               products + (size_t)(tile * vectors * 16 + i) * LANES);
    COVER(widest, TILE_MIDDLE + 1)
    COVER(TILE_MIDDLE, 5)
    COVER(4, 1)
#undef COVER
  }
  for (int tile = 0; tile < tiles; tile++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) {
      size_t at = (size_t)tile * w->output_column + (size_t)(v * LANES);
      transform_products(products + (tile * vectors + v) * 16 * LANES, y + at, winners + at, left - v * LANES);
    }
  }
}

static void conv_pool_winograd(const cf_window *w, const float *x, const float *filters, const float *bias, float *y,
                               uint8_t *winners, int begin, int end, float *scratch) {
  int inputs = (int)w->column_step, width = w->width / 2, vectors = (w->channels + LANES - 1) / LANES;
  const int most = TILE_WIDE;
  size_t block = (size_t)(most * TILE_FLOATS), tap = (size_t)inputs * CF_PANEL;
  float *values = scratch, *products = values + (size_t)(inputs / CF_PANEL) * block;
  for (int row = begin; row < end; row++) {
    for (int first = 0; first < width; first += most) {
      int tiles = width - first < most ? width - first : most;
      const float *from = x + 2 * row * w->row_step + 2 * first * w->column_step;
      for (int k = 0; k < inputs; k += LANES)
        transform_inputs(w, from + k, tiles, values + (size_t)(k / CF_PANEL) * block + k % CF_PANEL, inputs);
      size_t to = (size_t)row * w->output_row + (size_t)first * w->output_column;
      for (int v = 0; v < vectors;) {
        const float *weights[2];
        for (int i = 0; i < 2; i++) {
          int channel = (v + i < vectors ? v + i : v) * LANES;
          weights[i] = filters + (size_t)(channel / CF_PANEL) * 16 * tap + channel % CF_PANEL;
        }
        int channel = v * LANES, left = w->channels - channel;
        if (v + 1 < vectors)
          winograd_block(TILE_WIDE, 2, w, tiles, values, block, inputs, weights, bias + channel, products,
                         y + to + channel, winners + to + channel, left);
        else
          winograd_block(TILE_WIDE, 1, w, tiles, values, block, inputs, weights, bias + channel, products,
                         y + to + channel, winners + to + channel, left);
        v += v + 1 < vectors ? 2 : 1;
      }
    }
  }
}
