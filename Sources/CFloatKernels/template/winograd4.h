// Convolution 3x3 that moves by one, by Winograd's minimal filtering F(4x4, 3x3) (Lavin, Gray 2016): 16 results of 36
// products a channel in place of 144.
//
//   Y = A^T [ (G g G^T) * (B^T d B) ] A
//
// with d the 6x6 inputs of a tile, g a 3x3 filter, * by element and summed over channels, and
//
//   B^T = 4  0 -5  0  1  0     G =  1/4    0     0      A^T = 1  1  1  1  1  0
//         0 -4 -4  1  1  0        -1/6  -1/6  -1/6            0  1 -1  2 -2  0
//         0  4 -4 -1  1  0        -1/6   1/6  -1/6            0  1  1  4  4  0
//         0 -2 -1  2  1  0        1/24  1/12   1/6            0  1 -1  8 -8  1
//         0  2 -1 -2  1  0        1/24 -1/12   1/6
//         0  4  0 -5  0  1           0     0     1

enum { PLANES4 = 36, TILE4_FLOATS = PLANES4 * CF_PANEL };

// Floats from one plane of a panel of filters to the next: a cache line more than there are, since what lies a power of
// two apart shares few places of a cache.
INLINE size_t plane_floats(int inputs) { return (size_t)(inputs + 1) * CF_PANEL; }

INLINE void filter_six(vec a, vec b, vec c, vec *to, int step) {
  const vec sixth = SPLAT(-1.0f / 6), ends = sixth * (a + c), middle = sixth * b;
  const vec outer = FMA(SPLAT(1.0f / 24), a, SPLAT(1.0f / 6) * c), inner = SPLAT(1.0f / 12) * b;
  to[0] = SPLAT(0.25f) * a;
  to[step] = ends + middle;
  to[2 * step] = ends - middle;
  to[3 * step] = outer + inner;
  to[4 * step] = outer - inner;
  to[5 * step] = c;
}

static void winograd4_filters(const float *panels, float *filters, int inputs, int outputs) {
  const size_t tap = (size_t)inputs * CF_PANEL, plane = plane_floats(inputs);
  for (int panel = 0; panel < cf_padded(outputs) / CF_PANEL; panel++) {
    const float *from = panels + (size_t)panel * 9 * tap;
    float *to = filters + (size_t)panel * PLANES4 * plane;
    for (size_t at = 0; at < tap; at += LANES) {
      vec down[6][3], all[6];
      UNROLL_FOR (int x = 0; x < 3; x++)
        filter_six(LOAD(from + (size_t)x * tap + at), LOAD(from + (size_t)(3 + x) * tap + at),
                   LOAD(from + (size_t)(6 + x) * tap + at), &down[0][x], 3);
      UNROLL_FOR (int y = 0; y < 6; y++) {
        filter_six(down[y][0], down[y][1], down[y][2], all, 1);
        UNROLL_FOR (int x = 0; x < 6; x++) STORE(to + (size_t)(6 * y + x) * plane + at, all[x]);
      }
    }
  }
}

// B^T d for six values in a row.
INLINE void input_six(const vec *d, vec *to, int step) {
  const vec even = FMA(SPLAT(-4), d[2], d[4]), odd = FMA(SPLAT(-4), d[1], d[3]);
  const vec far = d[4] - d[2], twice = d[3] - d[1];
  to[0] = FMA(SPLAT(4), d[0], FMA(SPLAT(-5), d[2], d[4]));
  to[step] = even + odd;
  to[2 * step] = even - odd;
  to[3 * step] = FMA(SPLAT(2), twice, far);
  to[4 * step] = FMA(SPLAT(-2), twice, far);
  to[5 * step] = FMA(SPLAT(4), d[1], FMA(SPLAT(-5), d[3], d[5]));
}

// The 6x6 inputs of a tile.
typedef struct tile_inputs {
  const float *rows[6];  // an image's, or zeros
  int column;            // the first, from that of the rows on
  int is_inside;         // whether all columns lie within the image
} tile_inputs;

// B^T d B of one tile and LANES channels from `channel` on, to planes a panel apart.
INLINE void transform_input4(const cf_tiles *t, const tile_inputs *x, int channel, float *values) {
  vec down[6][6];
  UNROLL_FOR (int c = 0; c < 6; c++) {
    vec d[6];
    const int column = x->column + c;
    const ptrdiff_t at = (ptrdiff_t)column * t->inputs + channel;
    if (x->is_inside || (column >= 0 && column < t->input_width)) {
      UNROLL_FOR (int r = 0; r < 6; r++) d[r] = LOAD(x->rows[r] + at);
    } else {
      UNROLL_FOR (int r = 0; r < 6; r++) d[r] = SPLAT(0);
    }
    input_six(d, &down[0][c], 6);
  }
  UNROLL_FOR (int r = 0; r < 6; r++) {
    vec all[6];
    input_six(down[r], all, 1);
    UNROLL_FOR (int c = 0; c < 6; c++) STORE(values + (6 * r + c) * CF_PANEL, all[c]);
  }
}

// A^T m for six values in a row.
INLINE void output_six(const vec *m, vec *to, int step) {
  const vec near = m[1] + m[2], far = m[3] + m[4], near_slope = m[1] - m[2], far_slope = m[3] - m[4];
  to[0] = m[0] + (near + far);
  to[step] = FMA(SPLAT(2), far_slope, near_slope);
  to[2 * step] = FMA(SPLAT(4), far, near);
  to[3 * step] = FMA(SPLAT(8), far_slope, near_slope) + m[5];
}

// A^T m A of one tile and LANES channels, of which `left` are there; `rows` times `columns` of its results.
INLINE void transform_output4(const float *products, float *y, size_t row, size_t column, int rows, int columns,
                              int left) {
  vec across[4][6], all[4];
  UNROLL_FOR (int c = 0; c < 6; c++) {
    vec m[6];
    UNROLL_FOR (int r = 0; r < 6; r++) m[r] = LOAD(products + (6 * r + c) * LANES);
    output_six(m, &across[0][c], 6);
  }
  if (rows >= 4 && columns >= 4 && left >= LANES) {
    UNROLL_FOR (int r = 0; r < 4; r++) {
      output_six(across[r], all, 1);
      UNROLL_FOR (int c = 0; c < 4; c++) STORE(y + (size_t)r * row + (size_t)c * column, all[c]);
    }
    return;
  }
  for (int r = 0; r < 4 && r < rows; r++) {
    output_six(across[r], all, 1);
    for (int c = 0; c < 4 && c < columns; c++) store_some(y + (size_t)r * row + (size_t)c * column, all[c], left);
  }
}

// All planes of `tiles` tiles for `vectors` vectors of channels: products[tile][vector][plane]. `widest` tiles are
// summed at a time.
INLINE void planes4(const int widest, const int vectors, int tiles, const float *values, size_t block, int inputs,
                    const float *filters, const float *bias, float *products) {
  const size_t plane = plane_floats(inputs);
  for (int i = 0; i < PLANES4; i++) {
    const float *weights[4];
    UNROLL_FOR (int v = 0; v < vectors; v++) {
      int lane = v * LANES;
      weights[v] = filters + ((size_t)(lane / CF_PANEL) * PLANES4 + (size_t)i) * plane + lane % CF_PANEL;
    }
    // A bias in the plane that all results hold once is added to each of them.
    vec start[4] = {0};
    if (i == 7) {
      UNROLL_FOR (int v = 0; v < vectors; v++) start[v] = LOAD(bias + v * LANES);
    }
    int tile = 0;
    // The last tiles are filled up with some that nobody reads.
#define COVER(size, least)                                                                                            \
  for (; tile + (least) <= tiles; tile += (size))                                                                     \
    plane_tile((size), vectors, PLANES4, values + (size_t)tile * TILE4_FLOATS + i * CF_PANEL, block, inputs, weights, \
               start, products + (size_t)(tile * vectors * PLANES4 + i) * LANES);
    if (widest > 4) {
      COVER(TILE_WIDE, TILE_MIDDLE + 1)
      COVER(TILE_MIDDLE, 5)
    }
    COVER(4, 1)
#undef COVER
  }
}

// Where a tile lies.
typedef struct tile_place {
  int image, row, column;  // of its first result
  ptrdiff_t output;        // floats from the beginning to that
  int rows, columns;       // of results from there to the picture's end
} tile_place;

INLINE tile_place place_of(const cf_tiles *t, int tile) {
  const int down = (t->height + 3) / 4, across = (t->width + 3) / 4, image = tile / (down * across);
  const int row = tile / across % down * 4, column = tile % across * 4;
  const ptrdiff_t output = ((ptrdiff_t)(image * t->height + row) * t->width + column) * (ptrdiff_t)t->output_column;
  return (tile_place){image, row, column, output, t->height - row, t->width - column};
}

INLINE int tile_count(const cf_tiles *t) { return t->images * ((t->height + 3) / 4) * ((t->width + 3) / 4); }

INLINE tile_inputs inputs_of(const cf_tiles *t, const float *x, const tile_place *place) {
  const int row = place->row - t->top, column = place->column - t->left;
  const ptrdiff_t floats = (ptrdiff_t)t->input_width * t->inputs;
  const float *image = x + (ptrdiff_t)place->image * t->input_height * floats;
  tile_inputs inputs = {.column = column, .is_inside = column >= 0 && column + 6 <= t->input_width};
  UNROLL_FOR (int r = 0; r < 6; r++) {
    const int is_there = row + r >= 0 && row + r < t->input_height;
    inputs.rows[r] = is_there ? image + (row + r) * floats : t->zeros;
  }
  return inputs;
}

// B^T d B of `tiles` tiles from `first` on: values[panel of channels][tile][plane][16], `block` floats from panel to
// panel.
static void transform_inputs4(const cf_tiles *t, const float *x, int first, int tiles, float *values, size_t block) {
  for (int tile = 0; tile < tiles; tile++) {
    const tile_place place = place_of(t, first + tile);
    const tile_inputs inputs = inputs_of(t, x, &place);
    float *to = values + (size_t)tile * TILE4_FLOATS;
    for (int k = 0; k < t->inputs; k += LANES)
      transform_input4(t, &inputs, k, to + (size_t)(k / CF_PANEL) * block + k % CF_PANEL);
  }
}

static void conv_winograd4(const cf_tiles *t, const float *x, const float *filters, const float *bias, float *y,
                           float *scratch) {
  const int all = tile_count(t), most = CF_WINOGRAD4_TILES;
  const size_t block = CF_WINOGRAD4_TILES * TILE4_FLOATS, panel = PLANES4 * plane_floats(t->inputs);
  const size_t row = (size_t)t->width * t->output_column;
  float *values = scratch, *products = values + (size_t)(t->inputs / CF_PANEL) * block;
  for (int first = 0; first < all; first += most) {
    const int tiles = all - first < most ? all - first : most;
    transform_inputs4(t, x, first, tiles, values, block);
    for (int channel = 0; channel < t->outputs;) {
      const int left = t->outputs - channel;
      // Few tiles leave registers to more channels, so that there are sums enough to wait for none.
      const int vectors = TILE_WIDE >= 12 && tiles <= 4 && left > 3 * LANES ? 4 : left > LANES ? 2 : 1;
      const float *weights = filters + (size_t)(channel / CF_PANEL) * panel + channel % CF_PANEL;
      const float *own = bias + channel;
      if (vectors == 4) planes4(4, 4, tiles, values, block, t->inputs, weights, own, products);
      else if (vectors == 2) planes4(TILE_WIDE, 2, tiles, values, block, t->inputs, weights, own, products);
      else planes4(TILE_WIDE, 1, tiles, values, block, t->inputs, weights, own, products);
      for (int tile = 0; tile < tiles; tile++) {
        const tile_place place = place_of(t, first + tile);
        for (int v = 0; v < vectors; v++)
          transform_output4(products + (size_t)(tile * vectors + v) * PLANES4 * LANES,
                            y + place.output + channel + v * LANES, row, t->output_column, place.rows, place.columns,
                            left - v * LANES);
      }
      channel += vectors * LANES;
    }
  }
}
