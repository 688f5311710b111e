// Convolution forward: tiles of positions times channels in registers, one pass over the taps.

// Adds all taps to acc[position][vector]. Positions lie in `rows` rows of `columns`.
INLINE void sum_taps(const int rows, const int columns, const int vectors, const cf_window *w, const float *x,
                     const float *const *weights, vec *acc) {
  for (int run = 0; run < w->runs; run++) {
    const float *at = x + w->run_offsets[run];
    size_t tap = (size_t)run * (size_t)w->run_length * CF_PANEL;
    for (int k = 0; k < w->run_length; k++) {
      vec weight[2];
      UNROLL_FOR (int v = 0; v < vectors; v++) weight[v] = LOAD(weights[v] + tap);
      UNROLL_FOR (int r = 0; r < rows; r++) {
        UNROLL_FOR (int c = 0; c < columns; c++) {
          vec value = SPLAT(at[r * w->row_step + c * w->column_step + k]);
          UNROLL_FOR (int v = 0; v < vectors; v++) {
            vec *sum = &acc[(r * columns + c) * vectors + v];
            *sum = FMA(value, weight[v], *sum);
          }
        }
      }
      tap += CF_PANEL;
    }
  }
}

// Loads `left` of LANES floats, zeros for the rest.
INLINE vec load_some(const float *from, int left) {
  if (left >= LANES) return LOAD(from);
  vec some = SPLAT(0);
  memcpy(&some, from, (size_t)left * sizeof(float));
  return some;
}

// Stores `left` of LANES floats.
INLINE void store_some(float *to, vec value, int left) {
  if (left >= LANES) {
    STORE(to, value);
  } else {
    memcpy(to, &value, (size_t)left * sizeof(float));
  }
}

INLINE void conv_tile(const int columns, const int vectors, const cf_window *w, const float *x,
                      const float *const *weights, const float *bias, float *y, int left, cf_clamp clamp) {
  vec acc[32];
  UNROLL_FOR (int c = 0; c < columns; c++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) acc[c * vectors + v] = LOAD(bias + v * LANES);
  }
  sum_taps(1, columns, vectors, w, x, weights, acc);
  vec low = SPLAT(clamp.low), high = SPLAT(clamp.high);
  UNROLL_FOR (int c = 0; c < columns; c++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) {
      store_some(y + (size_t)c * w->output_column + v * LANES, clamped(acc[c * vectors + v], low, high),
                 left - v * LANES);
    }
  }
}

// All columns of one row for `vectors` vectors of channels: the largest tiles first.
INLINE void conv_row(const int widest, const int vectors, const cf_window *w, const float *x,
                     const float *const *weights, const float *bias, float *y, int left, cf_clamp clamp) {
  int column = 0;
#define COVER(size)                                                                                                  \
  for (; column + (size) <= w->width; column += (size))                                                              \
    conv_tile((size), vectors, w, x + column * w->column_step, weights, bias, y + (size_t)column * w->output_column, \
              left, clamp);
  COVER(widest)
  COVER(TILE_MIDDLE)
  COVER(4)
  COVER(2)
  COVER(1)
#undef COVER
}

static void conv(const cf_window *w, const float *x, const float *panels, const float *bias, float *y, int begin,
                 int end, cf_clamp clamp) {
  size_t panel = (size_t)w->runs * (size_t)w->run_length * CF_PANEL;
  int vectors = (w->channels + LANES - 1) / LANES;
  for (int v = 0; v < vectors;) {
    const float *weights[2];
    for (int i = 0; i < 2; i++) {
      int channel = (v + i) * LANES;
      weights[i] = panels + (size_t)(channel / CF_PANEL) * panel + channel % CF_PANEL;
    }
    int channel = v * LANES, left = w->channels - channel, pair = v + 1 < vectors;
    for (int row = begin; row < end; row++) {
      const float *from = x + row * w->row_step;
      float *to = y + (size_t)row * w->output_row + channel;
      if (pair) conv_row(TILE_WIDE, 2, w, from, weights, bias + channel, to, left, clamp);
      else conv_row(TILE_NARROW, 1, w, from, weights, bias + channel, to, left, clamp);
    }
    v += pair ? 2 : 1;
  }
}
