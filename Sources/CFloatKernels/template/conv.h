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

INLINE void conv_tile(const int rows, const int columns, const int vectors, const cf_window *w, const float *x,
                      const float *const *weights, const float *bias, float *y, int left, cf_clamp clamp) {
  vec acc[32];
  UNROLL_FOR (int i = 0; i < rows * columns; i++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) acc[i * vectors + v] = LOAD(bias + v * LANES);
  }
  sum_taps(rows, columns, vectors, w, x, weights, acc);
  vec low = SPLAT(clamp.low), high = SPLAT(clamp.high);
  UNROLL_FOR (int i = 0; i < rows * columns; i++) {
    float *to = y + (size_t)(i / columns) * w->output_row + (size_t)(i % columns) * w->output_column;
    UNROLL_FOR (int v = 0; v < vectors; v++)
      store_some(to + v * LANES, clamped(acc[i * vectors + v], low, high), left - v * LANES);
  }
}

// All columns of `rows` rows for `vectors` vectors of channels: the largest tiles first.
INLINE void conv_rows(const int rows, const int widest, const int middle, const int vectors, const cf_window *w,
                      const float *x, const float *const *weights, const float *bias, float *y, int left,
                      cf_clamp clamp) {
  int column = 0;
#define COVER(size)                                                                 \
  for (; column + (size) <= w->width; column += (size))                             \
    conv_tile(rows, (size), vectors, w, x + column * w->column_step, weights, bias, \
              y + (size_t)column * w->output_column, left, clamp);
  COVER(widest)
  COVER(middle)
  COVER(4)
  COVER(2)
  COVER(1)
#undef COVER
}

static void conv(const cf_window *w, const float *x, const float *panels, const float *bias, float *y, int begin,
                 int end, cf_clamp clamp) {
  size_t panel = (size_t)w->runs * (size_t)w->run_length * CF_PANEL;
  int vectors = (w->channels + LANES - 1) / LANES;
  // Of narrow pictures, two rows together make sums enough to wait for none.
  const int is_narrow = TILE_WIDE >= 12 && w->width < TILE_MIDDLE;
  for (int v = 0; v < vectors;) {
    const float *weights[2];
    for (int i = 0; i < 2; i++) {
      int channel = (v + i) * LANES;
      weights[i] = panels + (size_t)(channel / CF_PANEL) * panel + channel % CF_PANEL;
    }
    int channel = v * LANES, left = w->channels - channel, pair = v + 1 < vectors;
    for (int row = begin; row < end;) {
      const float *from = x + row * w->row_step, *own = bias + channel;
      float *to = y + (size_t)row * w->output_row + channel;
      const int two = pair && is_narrow && row + 2 <= end;
      if (two) conv_rows(2, 6, 4, 2, w, from, weights, own, to, left, clamp);
      else if (pair) conv_rows(1, TILE_WIDE, TILE_MIDDLE, 2, w, from, weights, own, to, left, clamp);
      else conv_rows(1, TILE_NARROW, TILE_MIDDLE, 1, w, from, weights, own, to, left, clamp);
      row += two ? 2 : 1;
    }
    v += pair ? 2 : 1;
  }
}
