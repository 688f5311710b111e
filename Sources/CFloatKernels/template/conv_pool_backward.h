// Gradients of convolution + ReLU + max pooling. Only one position in four carries a gradient, another one in each
// channel, so these kernels run over the taps of one channel at a time: a run of taps is contiguous in x.

// A pooled position of one channel that passes its gradient on.
typedef struct winner {
  float gradient;
  int32_t offset;  // of the winning window in x
} winner;

// Adds gradient * x of all winners to `runs` x `vectors` sums that lie as in `drows`.
INLINE void winners_tile(const int runs, const int vectors, const float *const *x, const winner *list, int count,
                         float *sums, size_t row) {
  vec acc[32];
  UNROLL for (int r = 0; r < runs; r++) {
    UNROLL for (int v = 0; v < vectors; v++) acc[r * vectors + v] = LOAD(sums + (size_t)r * row + v * LANES);
  }
  for (int i = 0; i < count; i++) {
    vec gradient = SPLAT(list[i].gradient);
    ptrdiff_t offset = list[i].offset;
    UNROLL for (int r = 0; r < runs; r++) {
      UNROLL for (int v = 0; v < vectors; v++)
        acc[r * vectors + v] = FMA(gradient, LOAD(x[r] + offset + v * LANES), acc[r * vectors + v]);
    }
  }
  UNROLL for (int r = 0; r < runs; r++) {
    UNROLL for (int v = 0; v < vectors; v++) STORE(sums + (size_t)r * row + v * LANES, acc[r * vectors + v]);
  }
}

static void conv_pool_weights(const cf_window *w, const float *x, const float *dy, const uint8_t *winners,
                              float *drows, float *dbias, int begin, int end, float *scratch) {
  winner *list = (winner *)(void *)scratch;
  int width = w->width / 2;
  size_t row_floats = (size_t)cf_padded(w->run_length);
  int32_t corner[CF_NO_WINNER + 1] = {0, (int32_t)w->column_step, (int32_t)w->row_step,
                                      (int32_t)(w->row_step + w->column_step), 0};
  for (int row = begin; row < end; row++) {
    const float *from = x + 2 * row * w->row_step;
    for (int channel = 0; channel < w->channels; channel++) {
      size_t at = (size_t)row * w->output_row + (size_t)channel;
      int count = 0;
      float sum = dbias[channel];
      for (int column = 0; column < width; column++, at += w->output_column) {
        uint8_t which = winners[at];
        float gradient = dy[at];
        list[count].gradient = gradient;
        list[count].offset = (int32_t)(2 * column * w->column_step) + corner[which];
        int passes = (which != CF_NO_WINNER) & (gradient != 0);
        sum += passes ? gradient : 0;
        count += passes;
      }
      dbias[channel] = sum;
      float *sums = drows + (size_t)channel * (size_t)w->runs * row_floats;
      int run = 0;
#define COVER(run_count, vector_count)                                                             \
  for (; vector + (vector_count) <= (int)row_floats / LANES; vector += (vector_count)) {           \
    const float *starts[run_count];                                                                \
    for (int r = 0; r < (run_count); r++) starts[r] = from + w->run_offsets[run + r] + vector * LANES; \
    winners_tile((run_count), (vector_count), starts, list, count,                                 \
                 sums + (size_t)run * row_floats + vector * LANES, row_floats);                    \
  }
      for (; run + 3 <= w->runs; run += 3) {
        int vector = 0;
        COVER(3, MOST_SUMS / 3)
#if MOST_SUMS / 3 > 2
        COVER(3, 2)
#endif
        COVER(3, 1)
      }
      for (; run < w->runs; run++) {
        int vector = 0;
        COVER(1, 4)
        COVER(1, 1)
      }
#undef COVER
    }
  }
}

// Adds gradient * weights of the listed channels to `runs` x `vectors` floats of dx.
INLINE void spread_tile(const int runs, const int vectors, const float *rows, size_t row, const float *gradients,
                        const int32_t *offsets, int count, float *const *dx) {
  vec acc[32];
  UNROLL for (int r = 0; r < runs; r++) {
    UNROLL for (int v = 0; v < vectors; v++) acc[r * vectors + v] = LOAD(dx[r] + v * LANES);
  }
  for (int i = 0; i < count; i++) {
    vec gradient = SPLAT(gradients[i]);
    const float *weights = rows + offsets[i];
    UNROLL for (int r = 0; r < runs; r++) {
      UNROLL for (int v = 0; v < vectors; v++)
        acc[r * vectors + v] = FMA(gradient, LOAD(weights + (size_t)r * row + v * LANES), acc[r * vectors + v]);
    }
  }
  UNROLL for (int r = 0; r < runs; r++) {
    UNROLL for (int v = 0; v < vectors; v++) STORE(dx[r] + v * LANES, acc[r * vectors + v]);
  }
}

static void conv_pool_input(const cf_window *w, const float *rows, const float *dy, const uint8_t *winners, float *dx,
                            int begin, int end, float *scratch) {
  int width = w->width / 2;
  size_t row_floats = (size_t)cf_padded(w->run_length);
  size_t channel_floats = (size_t)w->runs * row_floats;
  float *gradients = scratch;
  int32_t *offsets = (int32_t *)(void *)(scratch + 5 * w->channels);
  ptrdiff_t corner[4] = {0, w->column_step, w->row_step, w->row_step + w->column_step};
  for (int row = begin; row < end; row++) {
    for (int column = 0; column < width; column++) {
      size_t at = (size_t)row * w->output_row + (size_t)column * w->output_column;
      // The channels of each corner in a list of its own; those that pass nothing on go to a fifth that is not read.
      int counts[CF_NO_WINNER + 1] = {0};
      for (int channel = 0; channel < w->channels; channel++) {
        float gradient = dy[at + (size_t)channel];
        int which = gradient != 0 ? winners[at + (size_t)channel] : CF_NO_WINNER;
        int place = which * w->channels + counts[which]++;
        gradients[place] = gradient;
        offsets[place] = (int32_t)((size_t)channel * channel_floats);
      }
      float *to = dx + 2 * row * w->row_step + 2 * column * w->column_step;
      for (int which = 0; which < CF_NO_WINNER; which++) {
        if (counts[which] == 0) continue;
        const float *g = gradients + which * w->channels;
        const int32_t *o = offsets + which * w->channels;
        int run = 0;
#define COVER(run_count, vector_count)                                                                     \
  for (; vector + (vector_count) <= (int)row_floats / LANES; vector += (vector_count)) {                   \
    float *starts[run_count];                                                                              \
    for (int r = 0; r < (run_count); r++) starts[r] = to + corner[which] + w->run_offsets[run + r] + vector * LANES; \
    spread_tile((run_count), (vector_count), rows + (size_t)run * row_floats + vector * LANES, row_floats, g, o, \
                counts[which], starts);                                                                    \
  }
        for (; run + 3 <= w->runs; run += 3) {
          int vector = 0;
          COVER(3, MOST_SUMS / 3)
#if MOST_SUMS / 3 > 2
          COVER(3, 2)
#endif
          COVER(3, 1)
        }
        for (; run < w->runs; run++) {
          int vector = 0;
          COVER(1, 4)
          COVER(1, 1)
        }
#undef COVER
      }
    }
  }
}
