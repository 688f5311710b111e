// Convolution + ReLU + max pooling 2x2 in one pass: four neighbouring sums meet in registers, and only the largest and
// its number are written.

// Stores the largest of four sums and its number, for `left` of LANES channels.
INLINE void pool_winner(const vec *sums, float *y, uint8_t *winners, int left) {
  vec largest = sums[0];
  vec_int winner = (vec_int)(0);
  UNROLL_FOR (int i = 1; i < 4; i++) {
    vec_int wins = sums[i] > largest;
    winner = choose_int(wins, (vec_int)(i), winner);
    largest = choose(wins, sums[i], largest);
  }
  winner = choose_int(largest > SPLAT(0), winner, (vec_int)(CF_NO_WINNER));
  largest = choose(largest < SPLAT(0), SPLAT(0), largest);
  vec_byte bytes = __builtin_convertvector(winner, vec_byte);
  store_some(y, largest, left);
  if (left >= LANES) *(vec_byte_at *)winners = bytes;
  else memcpy(winners, &bytes, (size_t)left);
}

INLINE void conv_pool_tile(const int pooled, const int vectors, const cf_window *w, const float *x,
                           const float *const *weights, const float *bias, float *y, uint8_t *winners, int left) {
  const int columns = 2 * pooled;
  vec acc[32];
  UNROLL_FOR (int p = 0; p < 2 * columns; p++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) acc[p * vectors + v] = LOAD(bias + v * LANES);
  }
  sum_taps(2, columns, vectors, w, x, weights, acc);
  UNROLL_FOR (int p = 0; p < pooled; p++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) {
      vec sums[4];
      UNROLL_FOR (int i = 0; i < 4; i++) sums[i] = acc[((i / 2) * columns + 2 * p + i % 2) * vectors + v];
      size_t at = (size_t)p * w->output_column + (size_t)(v * LANES);
      pool_winner(sums, y + at, winners + at, left - v * LANES);
    }
  }
}

INLINE void conv_pool_row(const int widest, const int vectors, const cf_window *w, const float *x,
                          const float *const *weights, const float *bias, float *y, uint8_t *winners, int left) {
  int column = 0, width = w->width / 2;
#define COVER(size)                                                                    \
  for (; column + (size) <= width; column += (size))                                   \
    conv_pool_tile((size), vectors, w, x + 2 * column * w->column_step, weights, bias, \
                   y + (size_t)column * w->output_column, winners + (size_t)column * w->output_column, left);
  COVER(widest)
  COVER(2)
  COVER(1)
#undef COVER
}

static void conv_pool(const cf_window *w, const float *x, const float *panels, const float *bias, float *y,
                      uint8_t *winners, int begin, int end) {
  size_t panel = (size_t)w->runs * (size_t)w->run_length * CF_PANEL;
  int vectors = (w->channels + LANES - 1) / LANES;
  for (int row = begin; row < end; row++) {
    const float *from = x + 2 * row * w->row_step;
    for (int v = 0; v < vectors;) {
      const float *weights[2];
      for (int i = 0; i < 2; i++) {
        int channel = (v + i) * LANES;
        weights[i] = panels + (size_t)(channel / CF_PANEL) * panel + channel % CF_PANEL;
      }
      int channel = v * LANES, left = w->channels - channel;
      size_t to = (size_t)row * w->output_row + (size_t)channel;
#if TILE_WIDE >= 8
      if (v + 1 < vectors) {
        conv_pool_row(TILE_WIDE / 4, 2, w, from, weights, bias + channel, y + to, winners + to, left);
        v += 2;
        continue;
      }
#endif
      conv_pool_row(TILE_NARROW / 4, 1, w, from, weights, bias + channel, y + to, winners + to, left);
      v += 1;
    }
  }
}
