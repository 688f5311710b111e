// The gradient by the weights of a 3x3 convolution in the terms of winograd4.h: with U = G g G^T, the gradient by U is
// the sum over tiles of (B^T d B) * (A dy A^T), and that by g is G^T dU G.

// A y for four values in a row.
INLINE void spread_four(const vec *y, vec *to, int step) {
  const vec even = y[0] + y[2], odd = y[1] + y[3];
  const vec even_far = FMA(SPLAT(4), y[2], y[0]), odd_far = FMA(SPLAT(8), y[3], SPLAT(2) * y[1]);
  to[0] = y[0];
  to[step] = even + odd;
  to[2 * step] = even - odd;
  to[3 * step] = even_far + odd_far;
  to[4 * step] = even_far - odd_far;
  to[5 * step] = y[3];
}

// A dy A^T of one tile and LANES channels, of which `rows` times `columns` positions are there.
INLINE void transform_gradient4(const float *dy, size_t row, size_t column, int rows, int columns, float *values) {
  vec y[16], down[6][4];
  if (rows >= 4 && columns >= 4) {
    UNROLL_FOR (int i = 0; i < 16; i++) y[i] = LOAD(dy + (size_t)(i / 4) * row + (size_t)(i % 4) * column);
  } else {
    UNROLL_FOR (int i = 0; i < 16; i++) {
      y[i] = SPLAT(0);
      if (i / 4 < rows && i % 4 < columns) y[i] = LOAD(dy + (size_t)(i / 4) * row + (size_t)(i % 4) * column);
    }
  }
  UNROLL_FOR (int c = 0; c < 4; c++) {
    const vec one[4] = {y[c], y[4 + c], y[8 + c], y[12 + c]};
    spread_four(one, &down[0][c], 4);
  }
  UNROLL_FOR (int r = 0; r < 6; r++) {
    vec all[6];
    spread_four(down[r], all, 1);
    UNROLL_FOR (int c = 0; c < 6; c++) STORE(values + (6 * r + c) * CF_PANEL, all[c]);
  }
}

// Adds one plane's products of `inputs` channels of x and `vectors` vectors of channels of dy, summed over tiles.
INLINE void plane_products(const int inputs, const int vectors, int tiles, const float *x, const float *const *dy,
                           float *const *sums) {
  vec acc[32];
  UNROLL_FOR (int i = 0; i < inputs * vectors; i++) acc[i] = SPLAT(0);
  for (int tile = 0; tile < tiles; tile++) {
    vec gradient[2];
    UNROLL_FOR (int v = 0; v < vectors; v++) gradient[v] = LOAD(dy[v] + tile * TILE4_FLOATS);
    UNROLL_FOR (int k = 0; k < inputs; k++) {
      vec value = SPLAT(x[tile * TILE4_FLOATS + k]);
      UNROLL_FOR (int v = 0; v < vectors; v++) acc[k * vectors + v] = FMA(value, gradient[v], acc[k * vectors + v]);
    }
  }
  UNROLL_FOR (int k = 0; k < inputs; k++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) {
      float *at = sums[v] + k * CF_PANEL;
      STORE(at, LOAD(at) + acc[k * vectors + v]);
    }
  }
}

// The same for all planes and inputs.
INLINE void weights_planes(const int vectors, int tiles, const float *values, const float *gradients, size_t block,
                           int inputs, float *dfilters) {
  // What the registers hold; panels of 16 are whole tiles.
  const int side = (LANES == 8 ? 8 : 16) / vectors;
  const size_t plane = plane_floats(inputs);
  for (int i = 0; i < PLANES4; i++) {
    for (int k = 0; k < inputs; k += side) {
      const float *x = values + (size_t)(k / CF_PANEL) * block + i * CF_PANEL + k % CF_PANEL, *dy[2];
      float *sums[2];
      UNROLL_FOR (int v = 0; v < 2; v++) {
        const int lane = v * LANES;
        dy[v] = gradients + (size_t)(lane / CF_PANEL) * block + i * CF_PANEL + lane % CF_PANEL;
        sums[v] = dfilters + ((size_t)(lane / CF_PANEL) * PLANES4 + (size_t)i) * plane + (size_t)k * CF_PANEL +
                  lane % CF_PANEL;
      }
      plane_products(side, vectors, tiles, x, dy, sums);
    }
  }
}

static void weights_winograd4(const cf_tiles *t, const float *x, const float *dy, float *dfilters, float *dbias,
                              float *scratch) {
  const int all = tile_count(t), most = CF_WINOGRAD4_WEIGHTS_TILES;
  const size_t block = CF_WINOGRAD4_WEIGHTS_TILES * TILE4_FLOATS, panel = PLANES4 * plane_floats(t->inputs);
  const size_t row = (size_t)t->width * t->output_column;
  float *values = scratch, *gradients = values + (size_t)(t->inputs / CF_PANEL) * block;
  for (int first = 0; first < all; first += most) {
    const int tiles = all - first < most ? all - first : most;
    transform_inputs4(t, x, first, tiles, values, block);
    for (int tile = 0; tile < tiles; tile++) {
      const tile_place place = place_of(t, first + tile);
      for (int k = 0; k < t->outputs; k += LANES) {
        float *to = gradients + (size_t)(k / CF_PANEL) * block + (size_t)tile * TILE4_FLOATS + k % CF_PANEL;
        transform_gradient4(dy + place.output + k, row, t->output_column, place.rows, place.columns, to);
        // The plane that holds the sum of a tile.
        STORE(dbias + k, LOAD(dbias + k) + LOAD(to + 7 * CF_PANEL));
      }
    }
    for (int channel = 0; channel < t->outputs;) {
      const int vectors = t->outputs - channel > LANES ? 2 : 1;
      const float *from = gradients + (size_t)(channel / CF_PANEL) * block + channel % CF_PANEL;
      float *to = dfilters + (size_t)(channel / CF_PANEL) * panel + channel % CF_PANEL;
      if (vectors == 2) weights_planes(2, tiles, values, from, block, t->inputs, to);
      else weights_planes(1, tiles, values, from, block, t->inputs, to);
      channel += vectors * LANES;
    }
  }
}

// G^T m for six values in a row.
INLINE void gather_six(const vec *m, vec *to, int step) {
  const vec near = m[1] + m[2], far = m[3] + m[4], sixth = SPLAT(1.0f / 6);
  to[0] = FMA(SPLAT(0.25f), m[0], FMA(SPLAT(1.0f / 24), far, SPLAT(-1.0f / 6) * near));
  to[step] = FMA(sixth, m[2] - m[1], SPLAT(1.0f / 12) * (m[3] - m[4]));
  to[2 * step] = FMA(sixth, far - near, m[5]);
}

// By blocks of 4x4, which all instruction sets have shuffles for.
static void transpose(const float *from, float *to) {
  typedef float four __attribute__((ext_vector_type(4), aligned(4), may_alias));
  for (int i = 0; i < CF_PANEL; i += 4) {
    UNROLL_FOR (int j = 0; j < CF_PANEL; j += 4) {
      four rows[4];
      UNROLL_FOR (int r = 0; r < 4; r++) rows[r] = *(const four *)(from + (i + r) * CF_PANEL + j);
      const four a = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
      const four b = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
      const four c = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
      const four d = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
      *(four *)(to + (j + 0) * CF_PANEL + i) = __builtin_shufflevector(a, b, 0, 1, 4, 5);
      *(four *)(to + (j + 1) * CF_PANEL + i) = __builtin_shufflevector(a, b, 2, 3, 6, 7);
      *(four *)(to + (j + 2) * CF_PANEL + i) = __builtin_shufflevector(c, d, 0, 1, 4, 5);
      *(four *)(to + (j + 3) * CF_PANEL + i) = __builtin_shufflevector(c, d, 2, 3, 6, 7);
    }
  }
}

static void winograd4_weights(const float *dfilters, float *dpanels, int inputs, int outputs) {
  const size_t tap = (size_t)inputs * CF_PANEL, plane = plane_floats(inputs);
  for (int panel = 0; panel < cf_padded(outputs) / CF_PANEL; panel++) {
    const float *from = dfilters + (size_t)panel * PLANES4 * plane;
    float *to = dpanels + (size_t)panel * 9 * tap;
    for (size_t at = 0; at < tap; at += LANES) {
      vec across[6][3], all[9];
      UNROLL_FOR (int r = 0; r < 6; r++) {
        vec m[6];
        UNROLL_FOR (int c = 0; c < 6; c++) m[c] = LOAD(from + (size_t)(6 * r + c) * plane + at);
        gather_six(m, across[r], 1);
      }
      UNROLL_FOR (int c = 0; c < 3; c++) {
        vec m[6];
        UNROLL_FOR (int r = 0; r < 6; r++) m[r] = across[r][c];
        gather_six(m, all + c, 3);
      }
      UNROLL_FOR (int i = 0; i < 9; i++) STORE(to + (size_t)i * tap + at, all[i]);
    }
  }
}
