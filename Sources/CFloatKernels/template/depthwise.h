// Depthwise convolution: every channel has its own taps, so vectors run over channels and nothing else is shared.

INLINE void depthwise_tile(const int columns, const cf_window *w, ptrdiff_t tap_step, const float *x, const float *taps,
                           const float *bias, float *y, int left, cf_clamp clamp) {
  vec acc[4];
  UNROLL_FOR (int c = 0; c < columns; c++) acc[c] = LOAD(bias);
  for (int run = 0; run < w->runs; run++) {
    const float *from = x + w->run_offsets[run];
    for (int k = 0; k < w->run_length; k++) {
      vec weight = LOAD(taps + (size_t)(run * w->run_length + k) * (size_t)cf_padded(w->channels));
      UNROLL_FOR (int c = 0; c < columns; c++)
        acc[c] = FMA(LOAD(from + k * tap_step + c * w->column_step), weight, acc[c]);
    }
  }
  vec low = SPLAT(clamp.low), high = SPLAT(clamp.high);
  UNROLL_FOR (int c = 0; c < columns; c++)
    store_some(y + (size_t)c * w->output_column, clamped(acc[c], low, high), left);
}

static void depthwise(const cf_window *w, ptrdiff_t tap_step, const float *x, const float *taps, const float *bias,
                      float *y, int begin, int end, cf_clamp clamp) {
  for (int row = begin; row < end; row++) {
    for (int channel = 0; channel < w->channels; channel += LANES) {
      const float *from = x + row * w->row_step + channel;
      float *to = y + (size_t)row * w->output_row + channel;
      int column = 0, left = w->channels - channel;
#define COVER(size)                                                                                     \
  for (; column + (size) <= w->width; column += (size))                                                 \
    depthwise_tile((size), w, tap_step, from + column * w->column_step, taps + channel, bias + channel, \
                   to + (size_t)column * w->output_column, left, clamp);
      COVER(4)
      COVER(1)
#undef COVER
    }
  }
}

static void depthwise_weights(const cf_window *w, ptrdiff_t tap_step, const float *x, const float *dy, float *dtaps,
                              float *dbias, int begin, int end) {
  size_t tap_floats = (size_t)cf_padded(w->channels);
  for (int channel = 0; channel < w->channels; channel += LANES) {
    for (int row = begin; row < end; row++) {
      const float *gradient = dy + (size_t)row * w->output_row + channel;
      vec sum = SPLAT(0);
      for (int column = 0; column < w->width; column++) sum += LOAD(gradient + (size_t)column * w->output_column);
      STORE(dbias + channel, LOAD(dbias + channel) + sum);
      for (int run = 0; run < w->runs; run++) {
        const float *from = x + row * w->row_step + w->run_offsets[run] + channel;
        float *sums = dtaps + (size_t)(run * w->run_length) * tap_floats + channel;
        int k = 0;
        for (; k + 3 <= w->run_length; k += 3) {
          vec acc[3];
          UNROLL_FOR (int t = 0; t < 3; t++) acc[t] = SPLAT(0);
          for (int column = 0; column < w->width; column++) {
            vec g = LOAD(gradient + (size_t)column * w->output_column);
            UNROLL_FOR (int t = 0; t < 3; t++)
              acc[t] = FMA(LOAD(from + column * w->column_step + (k + t) * tap_step), g, acc[t]);
          }
          UNROLL_FOR (int t = 0; t < 3; t++) {
            float *at = sums + (size_t)(k + t) * tap_floats;
            STORE(at, LOAD(at) + acc[t]);
          }
        }
        for (; k < w->run_length; k++) {
          vec acc = SPLAT(0);
          for (int column = 0; column < w->width; column++)
            acc = FMA(LOAD(from + column * w->column_step + k * tap_step),
                      LOAD(gradient + (size_t)column * w->output_column), acc);
          STORE(sums + (size_t)k * tap_floats, LOAD(sums + (size_t)k * tap_floats) + acc);
        }
      }
    }
  }
}
