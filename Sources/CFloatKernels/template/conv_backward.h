// Gradient of a convolution by its weights: tiles of taps times channels in registers, one pass over the positions of
// some rows, whose sums are added to those of the rows before: roundings grow with the length of a chain. (The gradient
// by input is a convolution itself, of the padded gradient with turned weights.)

INLINE void weights_tile(const int taps, const int vectors, const cf_window *w, const float *x, const float *dy,
                         float *const *sums, int begin, int end) {
  vec acc[32];
  UNROLL_FOR (int i = 0; i < taps * vectors; i++) acc[i] = SPLAT(0);
  for (int row = begin; row < end; row++) {
    const float *from = x + row * w->row_step;
    const float *gradient = dy + (size_t)row * w->output_row;
    for (int column = 0; column < w->width; column++) {
      vec g[2];
      UNROLL_FOR (int v = 0; v < vectors; v++) g[v] = LOAD(gradient + v * LANES);
      UNROLL_FOR (int t = 0; t < taps; t++) {
        vec value = SPLAT(from[t]);
        UNROLL_FOR (int v = 0; v < vectors; v++) acc[t * vectors + v] = FMA(value, g[v], acc[t * vectors + v]);
      }
      from += w->column_step;
      gradient += w->output_column;
    }
  }
  UNROLL_FOR (int t = 0; t < taps; t++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) {
      float *at = sums[v] + t * CF_PANEL;
      STORE(at, LOAD(at) + acc[t * vectors + v]);
    }
  }
}

INLINE void weights_run(const int widest, const int vectors, const cf_window *w, const float *x, const float *dy,
                        float *const *sums, int begin, int end) {
  int tap = 0;
#define COVER(size)                                                      \
  for (; tap + (size) <= w->run_length; tap += (size)) {                 \
    float *at[2] = {sums[0] + tap * CF_PANEL, sums[1] + tap * CF_PANEL}; \
    weights_tile((size), vectors, w, x + tap, dy, at, begin, end);       \
  }
  COVER(widest)
  COVER(6)
  COVER(3)
  COVER(1)
#undef COVER
}

static void conv_weights(const cf_window *w, const float *x, const float *dy, float *dpanels, size_t panel,
                         float *dbias, int begin, int end) {
  int vectors = (w->channels + LANES - 1) / LANES;
  for (int v = 0; dbias != NULL && v < vectors; v++) {
    for (int row = begin; row < end; row++) {
      const float *gradient = dy + (size_t)row * w->output_row + v * LANES;
      vec sum = SPLAT(0);
      for (int column = 0; column < w->width; column++) sum += LOAD(gradient + (size_t)column * w->output_column);
      STORE(dbias + v * LANES, LOAD(dbias + v * LANES) + sum);
    }
  }
  // Blocks of rows that stay in the first cache while all taps pass over them.
  int block = w->width >= 64 ? 1 : 64 / w->width + 1;
  for (int first = begin; first < end; first += block) {
    int last = first + block < end ? first + block : end;
    for (int v = 0; v < vectors;) {
      int pair = v + 1 < vectors;
      for (int run = 0; run < w->runs; run++) {
        float *sums[2];
        for (int i = 0; i < 2; i++) {
          int channel = (v + (pair ? i : 0)) * LANES;
          sums[i] = dpanels + (size_t)(channel / CF_PANEL) * panel + channel % CF_PANEL +
                    (size_t)run * (size_t)w->run_length * CF_PANEL;
        }
        const float *from = x + w->run_offsets[run];
        if (pair) weights_run(TILE_WIDE, 2, w, from, dy + v * LANES, sums, first, last);
        else weights_run(TILE_NARROW, 1, w, from, dy + v * LANES, sums, first, last);
      }
      v += pair ? 2 : 1;
    }
  }
}
