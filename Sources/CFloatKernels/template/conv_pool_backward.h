// Gradients of convolution + ReLU + max pooling. Only one position in four carries a gradient, another one in each
// channel, so these kernels run over the taps of one channel at a time: a run of taps is contiguous in x.

// A pooled position of one channel: the offset of its winning window in x in the upper half, negative where no gradient
// passes; the gradient's bits in the lower half. One load, one store and one sign to sort them.
typedef uint64_t candidate;
typedef uint64_t candidates __attribute__((ext_vector_type(LANES)));
typedef candidates candidates_at __attribute__((aligned(8), may_alias));
typedef uint32_t vec_bits __attribute__((ext_vector_type(LANES)));

// The candidates of a pooled row as [column][channel], and the sums of their gradients.
INLINE void row_candidates(const cf_window *w, const float *dy, const uint8_t *winners, candidate *list, int stride,
                           float *dbias) {
  int width = w->width / 2;
  for (int channel = 0; channel < w->channels; channel += LANES) {
    vec sum = SPLAT(0);
    int left = w->channels - channel;
    if (left >= LANES) sum = LOAD(dbias + channel);
    else memcpy(&sum, dbias + channel, (size_t)left * sizeof(float));
    for (int column = 0; column < width; column++) {
      size_t at = (size_t)column * w->output_column + (size_t)channel;
      vec gradient = LOAD(dy + at);
      vec_int which = __builtin_convertvector(*(const vec_byte_at *)(winners + at), vec_int);
      vec_int offset = (vec_int)((int)(2 * column * w->column_step)) + (which & 1) * (int)w->column_step +
                       (which >> 1) * (int)w->row_step;
      vec_int passes = (which < CF_NO_WINNER) & (gradient != SPLAT(0));
      offset = passes ? offset : (vec_int)(-1);
      sum += passes ? gradient : SPLAT(0);
      candidates high = __builtin_convertvector(*(vec_bits *)&offset, candidates);
      candidates low = __builtin_convertvector(*(vec_bits *)&gradient, candidates);
      *(candidates_at *)(list + (size_t)column * (size_t)stride + channel) = high << 32 | low;
    }
    store_some(dbias + channel, sum, left);
  }
}

// Adds gradient * x of all winners to `runs` x `vectors` sums that lie as in `drows`.
INLINE void winners_tile(const int runs, const int vectors, const float *const *x, const candidate *list, int count,
                         float *sums, size_t row) {
  vec acc[32];
  UNROLL for (int r = 0; r < runs; r++) {
    UNROLL for (int v = 0; v < vectors; v++) acc[r * vectors + v] = LOAD(sums + (size_t)r * row + v * LANES);
  }
  for (int i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)list[i];
    float value;
    memcpy(&value, &bits, sizeof value);
    vec gradient = SPLAT(value);
    size_t offset = (size_t)(list[i] >> 32);
    UNROLL for (int r = 0; r < runs; r++) {
      UNROLL for (int v = 0; v < vectors; v++)
        acc[r * vectors + v] = FMA(gradient, LOAD(x[r] + offset + v * LANES), acc[r * vectors + v]);
    }
  }
  UNROLL for (int r = 0; r < runs; r++) {
    UNROLL for (int v = 0; v < vectors; v++) STORE(sums + (size_t)r * row + v * LANES, acc[r * vectors + v]);
  }
}

// Adds gradient * weights to the winning windows of one channel, in the order of the list: windows may overlap.
INLINE void spread_tile(const int runs, const int vectors, const float *weights, size_t row, const candidate *list,
                        int count, float *const *dx) {
  vec weight[32];
  UNROLL for (int r = 0; r < runs; r++) {
    UNROLL for (int v = 0; v < vectors; v++) weight[r * vectors + v] = LOAD(weights + (size_t)r * row + v * LANES);
  }
  for (int i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)list[i];
    float value;
    memcpy(&value, &bits, sizeof value);
    vec gradient = SPLAT(value);
    size_t offset = (size_t)(list[i] >> 32);
    UNROLL for (int r = 0; r < runs; r++) {
      UNROLL for (int v = 0; v < vectors; v++) {
        float *at = dx[r] + offset + v * LANES;
        STORE(at, FMA(gradient, weight[r * vectors + v], LOAD(at)));
      }
    }
  }
}

// Runs `kernel(runs, vectors, run, vector)` over all taps, in tiles that fit the registers.
#define FOR_TAP_TILES(kernel)                                                       \
  for (int run = 0; run < w->runs;) {                                               \
    int vector = 0, all_vectors = (int)row_floats / LANES;                          \
    if (run + 3 <= w->runs) {                                                       \
      for (; vector + MOST_SUMS / 3 <= all_vectors; vector += MOST_SUMS / 3) kernel(3, MOST_SUMS / 3); \
      if (MOST_SUMS / 3 > 3 && vector + 3 <= all_vectors) {                         \
        kernel(3, (MOST_SUMS / 3 > 3 ? 3 : 1));                                     \
        vector += 3;                                                                \
      }                                                                             \
      for (; vector < all_vectors; vector++) kernel(3, 1);                          \
      run += 3;                                                                     \
    } else {                                                                        \
      for (; vector + 4 <= all_vectors; vector += 4) kernel(1, 4);                  \
      for (; vector < all_vectors; vector++) kernel(1, 1);                          \
      run += 1;                                                                     \
    }                                                                               \
  }

static void conv_pool_backward(const cf_window *w, const float *x, const float *rows, const float *dy,
                               const uint8_t *winners, float *drows, float *dbias, float *dx, int begin, int end,
                               float *scratch) {
  int width = w->width / 2, stride = cf_padded(w->channels);
  candidate *all = (candidate *)(void *)scratch, *lists = all + (size_t)width * (size_t)stride;
  size_t row_floats = (size_t)cf_padded(w->run_length), channel_floats = (size_t)w->runs * row_floats;
  for (int row = begin; row < end; row++) {
    size_t at = (size_t)row * w->output_row;
    row_candidates(w, dy + at, winners + at, all, stride, dbias);
    const float *from = x + 2 * row * w->row_step;
    for (int channel = 0; channel < w->channels; channel++) {
      int count = 0;
      candidate *list = lists + (size_t)channel * (size_t)(width + 1);
      const candidate *next = all + channel;
      for (int column = 0; column < width; column++, next += stride) {
        list[1 + count] = *next;
        count += (int)(~*next >> 63);
      }
      list[0] = (candidate)count;
      float *sums = drows + (size_t)channel * channel_floats;
#define TILE(run_count, vector_count)                                                                  \
  {                                                                                                    \
    const float *starts[run_count];                                                                    \
    for (int r = 0; r < (run_count); r++) starts[r] = from + w->run_offsets[run + r] + vector * LANES; \
    winners_tile((run_count), (vector_count), starts, list + 1, count,                                 \
                 sums + (size_t)run * row_floats + vector * LANES, row_floats);                        \
  }
      FOR_TAP_TILES(TILE)
#undef TILE
    }
    if (dx == NULL) continue;
    // Windows overlap, so that the order of additions depends on which taps are treated together: always those of one
    // panel's width, whatever the registers would hold.
    float *to = dx + 2 * row * w->row_step;
    for (int channel = 0; channel < w->channels; channel++) {
      const candidate *list = lists + (size_t)channel * (size_t)(width + 1);
      for (int run = 0; run < w->runs; run += run + 3 <= w->runs ? 3 : 1) {
        const float *weights = rows + (size_t)channel * channel_floats + (size_t)run * row_floats;
        for (size_t tap = 0; tap < row_floats; tap += CF_PANEL) {
          float *starts[3];
          for (int r = 0; r < 3 && run + r < w->runs; r++) starts[r] = to + w->run_offsets[run + r] + tap;
          if (run + 3 <= w->runs)
            spread_tile(3, CF_PANEL / LANES, weights + tap, row_floats, list + 1, (int)list[0], starts);
          else spread_tile(1, CF_PANEL / LANES, weights + tap, row_floats, list + 1, (int)list[0], starts);
        }
      }
    }
  }
}
