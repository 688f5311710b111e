// Fully connected layers over a batch. The weights are read once a batch row group, in blocks of inputs that stay in
// the second cache. Each block is summed on its own and added to what y holds: roundings grow with the length of a
// chain.
enum { INPUT_BLOCK = 512 };

INLINE void dense_tile(const int rows, const int vectors, const float *x, const float *const *weights, float *y,
                       int inputs, int outputs, int count, int left, const float *bias, const cf_clamp *clamp) {
  vec acc[32];
  UNROLL_FOR (int r = 0; r < rows; r++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) {
      acc[r * vectors + v] = bias != NULL ? LOAD(bias + v * LANES) : SPLAT(0);
    }
  }
  for (int k = 0; k < count; k++) {
    vec weight[2];
    UNROLL_FOR (int v = 0; v < vectors; v++) weight[v] = LOAD(weights[v] + (size_t)k * CF_PANEL);
    UNROLL_FOR (int r = 0; r < rows; r++) {
      vec value = SPLAT(x[(size_t)r * (size_t)inputs + (size_t)k]);
      UNROLL_FOR (int v = 0; v < vectors; v++) acc[r * vectors + v] = FMA(value, weight[v], acc[r * vectors + v]);
    }
  }
  UNROLL_FOR (int r = 0; r < rows; r++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) {
      vec result = acc[r * vectors + v];
      float *at = y + (size_t)r * (size_t)outputs + v * LANES;
      if (bias == NULL) result += load_some(at, left - v * LANES);
      if (clamp != NULL) result = clamped(result, SPLAT(clamp->low), SPLAT(clamp->high));
      store_some(at, result, left - v * LANES);
    }
  }
}

static void dense(const float *x, const float *panels, const float *bias, float *y, int batch, int inputs, int outputs,
                  int begin, int end, cf_clamp clamp) {
  size_t panel = (size_t)inputs * CF_PANEL;
  int vectors = (outputs + LANES - 1) / LANES;
  int last = end * CF_PANEL / LANES < vectors ? end * CF_PANEL / LANES : vectors;
  for (int v = begin * CF_PANEL / LANES; v < last;) {
    int pair = v + 1 < last, channel = v * LANES, left = outputs - channel;
    for (int first = 0; first < inputs; first += INPUT_BLOCK) {
      int count = inputs - first < INPUT_BLOCK ? inputs - first : INPUT_BLOCK;
      const float *start = first == 0 ? bias + channel : NULL;
      const cf_clamp *finish = first + count == inputs ? &clamp : NULL;
      const float *weights[2];
      for (int i = 0; i < 2; i++) {
        int at = (v + (pair ? i : 0)) * LANES;
        weights[i] = panels + (size_t)(at / CF_PANEL) * panel + at % CF_PANEL + (size_t)first * CF_PANEL;
      }
      int row = 0;
#define COVER(size, vector_count)                                                         \
  for (; row + (size) <= batch; row += (size))                                            \
    dense_tile((size), (vector_count), x + (size_t)row * (size_t)inputs + first, weights, \
               y + (size_t)row * (size_t)outputs + channel, inputs, outputs, count, left, start, finish);
      if (pair) {
        COVER(TILE_WIDE, 2)
        COVER(4, 2)
        COVER(1, 2)
      } else {
        COVER(TILE_WIDE, 1)
        COVER(4, 1)
        COVER(1, 1)
      }
#undef COVER
    }
    v += pair ? 2 : 1;
  }
}

INLINE void dense_weights_tile(const int taps, const int vectors, const float *x, const float *dy, float *const *to,
                               int batch, int inputs, int stride) {
  vec acc[32];
  UNROLL_FOR (int i = 0; i < taps * vectors; i++) acc[i] = SPLAT(0);
  for (int b = 0; b < batch; b++) {
    vec g[2];
    UNROLL_FOR (int v = 0; v < vectors; v++) g[v] = LOAD(dy + (size_t)b * (size_t)stride + v * LANES);
    UNROLL_FOR (int t = 0; t < taps; t++) {
      vec value = SPLAT(x[(size_t)b * (size_t)inputs + (size_t)t]);
      UNROLL_FOR (int v = 0; v < vectors; v++) acc[t * vectors + v] = FMA(value, g[v], acc[t * vectors + v]);
    }
  }
  UNROLL_FOR (int t = 0; t < taps; t++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) STORE(to[v] + t * CF_PANEL, acc[t * vectors + v]);
  }
}

static void dense_weights(const float *x, const float *dy, float *dpanels, int batch, int inputs, int outputs,
                          int begin, int end) {
  size_t panel = (size_t)inputs * CF_PANEL;
  int stride = cf_padded(outputs), vectors = stride / LANES;
  for (int tap = begin; tap < end;) {
    int size = end - tap >= TILE_WIDE ? TILE_WIDE : 1;
    for (int v = 0; v < vectors;) {
      int pair = v + 1 < vectors;
      float *to[2];
      for (int i = 0; i < 2; i++) {
        int at = (v + (pair ? i : 0)) * LANES;
        to[i] = dpanels + (size_t)(at / CF_PANEL) * panel + at % CF_PANEL + (size_t)tap * CF_PANEL;
      }
      const float *g = dy + v * LANES;
      if (pair && size > 1) dense_weights_tile(TILE_WIDE, 2, x + tap, g, to, batch, inputs, stride);
      else if (pair) dense_weights_tile(1, 2, x + tap, g, to, batch, inputs, stride);
      else if (size > 1) dense_weights_tile(TILE_WIDE, 1, x + tap, g, to, batch, inputs, stride);
      else dense_weights_tile(1, 1, x + tap, g, to, batch, inputs, stride);
      v += pair ? 2 : 1;
    }
    tap += size;
  }
}

// Vectors run over the batch here: an input's weights are one number for all images.
INLINE void dense_input_tile(const int taps, const int vectors, const float *dy, const float *panels, size_t panel,
                             float *dx, int inputs, int outputs, int stride, int left) {
  vec acc[32];
  UNROLL_FOR (int i = 0; i < taps * vectors; i++) acc[i] = SPLAT(0);
  for (int o = 0; o < outputs; o++) {
    const float *weights = panels + (size_t)(o / CF_PANEL) * panel + o % CF_PANEL;
    vec g[2];
    UNROLL_FOR (int v = 0; v < vectors; v++) g[v] = LOAD(dy + (size_t)o * (size_t)stride + v * LANES);
    UNROLL_FOR (int t = 0; t < taps; t++) {
      vec value = SPLAT(weights[t * CF_PANEL]);
      UNROLL_FOR (int v = 0; v < vectors; v++) acc[t * vectors + v] = FMA(value, g[v], acc[t * vectors + v]);
    }
  }
  float columns[32 * LANES];
  UNROLL_FOR (int i = 0; i < taps * vectors; i++) STORE(columns + i * LANES, acc[i]);
  for (int b = 0; b < left && b < vectors * LANES; b++) {
    for (int t = 0; t < taps; t++) dx[(size_t)b * (size_t)inputs + (size_t)t] = columns[t * vectors * LANES + b];
  }
}

static void dense_input(const float *dy_columns, const float *panels, float *dx, int batch, int inputs, int outputs,
                        int begin, int end) {
  size_t panel = (size_t)inputs * CF_PANEL;
  int stride = cf_padded(batch), vectors = (batch + LANES - 1) / LANES;
  for (int tap = begin; tap < end;) {
    int size = end - tap >= TILE_WIDE ? TILE_WIDE : 1;
    for (int v = 0; v < vectors;) {
      int pair = v + 1 < vectors, first = v * LANES;
      const float *weights = panels + (size_t)tap * CF_PANEL, *g = dy_columns + first;
      float *to = dx + (size_t)first * (size_t)inputs + tap;
      int left = batch - first;
      if (pair && size > 1) dense_input_tile(TILE_WIDE, 2, g, weights, panel, to, inputs, outputs, stride, left);
      else if (pair) dense_input_tile(1, 2, g, weights, panel, to, inputs, outputs, stride, left);
      else if (size > 1) dense_input_tile(TILE_WIDE, 1, g, weights, panel, to, inputs, outputs, stride, left);
      else dense_input_tile(1, 1, g, weights, panel, to, inputs, outputs, stride, left);
      v += pair ? 2 : 1;
    }
    tap += size;
  }
}
