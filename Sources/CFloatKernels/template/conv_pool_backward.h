// Gradients of convolution + ReLU + max pooling. Only one position in four carries a gradient, another one in each
// channel, so these kernels run over the taps of one channel at a time: a run of taps is contiguous in x.

// The gradients of a pooled row as [column][channel], zero where none passes, with the offsets in x of the windows that
// won, and the sums of the gradients. A zero costs a few additions of nothing, sorting it out would cost more.
INLINE void row_gradients(const cf_window *w, const float *dy, const uint8_t *winners, float *gradients,
                          int32_t *offsets, int stride, float *dbias) {
  int width = w->width / 2;
  for (int channel = 0; channel < w->channels; channel += LANES) {
    vec sum = SPLAT(0);
    int left = w->channels - channel;
    for (int column = 0; column < width; column++) {
      size_t at = (size_t)column * w->output_column + (size_t)channel, to = (size_t)(column * stride + channel);
      vec gradient = LOAD(dy + at);
      vec_int which = __builtin_convertvector(*(const vec_byte_at *)(winners + at), vec_int);
      vec_int offset = (which & 1) * (int)w->column_step + (which >> 1) * (int)w->row_step;
      vec_int passes = which < CF_NO_WINNER;
      gradient = choose(passes, gradient, SPLAT(0));
      offset = (vec_int)((int)(2 * column * w->column_step)) + (passes & offset);
      sum += gradient;
      STORE(gradients + to, gradient);
      *(vec_int_at *)(offsets + to) = offset;
    }
    store_some(dbias + channel, load_some(dbias + channel, left) + sum, left);
  }
}

// Adds gradient * x of all winning windows of one channel to `runs` x `vectors` sums that lie as in `drows`. What this
// call finds is summed on its own first: roundings grow with the length of a chain.
INLINE void winners_tile(const int runs, const int vectors, const float *const *x, const float *gradients,
                         const int32_t *offsets, int stride, int count, float *sums, size_t row) {
  vec acc[32];
  UNROLL_FOR (int i = 0; i < runs * vectors; i++) acc[i] = SPLAT(0);
  for (int i = 0; i < count; i++, gradients += stride, offsets += stride) {
    vec gradient = SPLAT(*gradients);
    ptrdiff_t offset = *offsets;
    UNROLL_FOR (int r = 0; r < runs; r++) {
      UNROLL_FOR (int v = 0; v < vectors; v++)
        acc[r * vectors + v] = FMA(gradient, LOAD(x[r] + offset + v * LANES), acc[r * vectors + v]);
    }
  }
  UNROLL_FOR (int r = 0; r < runs; r++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) {
      float *at = sums + (size_t)r * row + v * LANES;
      STORE(at, LOAD(at) + acc[r * vectors + v]);
    }
  }
}

// Adds gradient * weights to the winning windows of one channel, from left to right: windows may overlap.
INLINE void spread_tile(const int runs, const int vectors, const float *weights, size_t row, const float *gradients,
                        const int32_t *offsets, int stride, int count, float *const *dx) {
  vec weight[32];
  UNROLL_FOR (int r = 0; r < runs; r++) {
    UNROLL_FOR (int v = 0; v < vectors; v++) weight[r * vectors + v] = LOAD(weights + (size_t)r * row + v * LANES);
  }
  for (int i = 0; i < count; i++, gradients += stride, offsets += stride) {
    vec gradient = SPLAT(*gradients);
    ptrdiff_t offset = *offsets;
    UNROLL_FOR (int r = 0; r < runs; r++) {
      UNROLL_FOR (int v = 0; v < vectors; v++) {
        float *at = dx[r] + offset + v * LANES;
        STORE(at, FMA(gradient, weight[r * vectors + v], LOAD(at)));
      }
    }
  }
}

// Runs `kernel(runs, vectors, run, vector)` over all taps, in tiles that fit the registers.
#define FOR_TAP_TILES(kernel)                                                                          \
  for (int run = 0; run < w->runs;) {                                                                  \
    int vector = 0, all_vectors = (int)row_floats / LANES;                                             \
    if (run + 3 <= w->runs) {                                                                          \
      for (; vector + MOST_SUMS / 3 <= all_vectors; vector += MOST_SUMS / 3) kernel(3, MOST_SUMS / 3); \
      if (MOST_SUMS / 3 > 3 && vector + 3 <= all_vectors) {                                            \
        kernel(3, (MOST_SUMS / 3 > 3 ? 3 : 1));                                                        \
        vector += 3;                                                                                   \
      }                                                                                                \
      for (; vector < all_vectors; vector++) kernel(3, 1);                                             \
      run += 3;                                                                                        \
    } else {                                                                                           \
      for (; vector + 4 <= all_vectors; vector += 4) kernel(1, 4);                                     \
      for (; vector < all_vectors; vector++) kernel(1, 1);                                             \
      run += 1;                                                                                        \
    }                                                                                                  \
  }

// For every channel, the windows of a row from left to right. Their sums' order depends on which taps are treated
// together: always those of one panel's width, whatever the registers would hold.
INLINE void spread_row(const cf_window *w, const float *rows, const float *gradients, const int32_t *offsets,
                       int stride, float *dx) {
  size_t row_floats = (size_t)cf_padded(w->run_length), channel_floats = (size_t)w->runs * row_floats;
  for (int channel = 0; channel < w->channels; channel++) {
    for (int run = 0; run < w->runs; run += run + 3 <= w->runs ? 3 : 1) {
      const float *weights = rows + (size_t)channel * channel_floats + (size_t)run * row_floats;
      for (size_t tap = 0; tap < row_floats; tap += CF_PANEL) {
        float *starts[3];
        for (int r = 0; r < 3 && run + r < w->runs; r++) starts[r] = dx + w->run_offsets[run + r] + tap;
        if (run + 3 <= w->runs)
          spread_tile(3, CF_PANEL / LANES, weights + tap, row_floats, gradients + channel, offsets + channel, stride,
                      w->width / 2, starts);
        else
          spread_tile(1, CF_PANEL / LANES, weights + tap, row_floats, gradients + channel, offsets + channel, stride,
                      w->width / 2, starts);
      }
    }
  }
}

typedef float sixteen_floats __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef uint8_t sixteen_bytes __attribute__((ext_vector_type(16), aligned(1), may_alias));
typedef _Bool sixteen_bits __attribute__((ext_vector_type(16)));

// Which of `count` channels, at most 64, pass a gradient on to each of the four inputs of their pool.
INLINE void winner_sets(const float *dy, const uint8_t *winners, int count, uint64_t sets[4]) {
  for (int i = 0; i < 4; i++) sets[i] = 0;
  for (int channel = 0; channel < count; channel += 16) {
    sixteen_bytes which = *(const sixteen_bytes *)(winners + channel);
    sixteen_bits passes = __builtin_convertvector(*(const sixteen_floats *)(dy + channel) != 0, sixteen_bits);
    uint64_t inside = count - channel >= 16 ? 0xffff : (UINT64_C(1) << (count - channel)) - 1;
    for (int i = 0; i < 4; i++) {
      sixteen_bits both = passes & __builtin_convertvector(which == (uint8_t)i, sixteen_bits);
      uint16_t bits;
      memcpy(&bits, &both, sizeof bits);
      sets[i] |= (bits & inside) << channel;
    }
  }
}

// 3x3 windows over a multiple of 16 channels: the windows of a pool's four inputs cover 4x4 positions, whose sums stay
// in registers while all channels are added, those that won the first input, then the second, third, fourth.
INLINE void spread_pools(const cf_window *w, const float *rows, const float *dy, const uint8_t *winners, float *dx) {
  int inputs = (int)w->column_step;
  size_t row_floats = (size_t)w->run_length, channel_floats = 3 * row_floats;
  for (int column = 0; column < w->width / 2; column++) {
    for (int group = 0; group < w->channels; group += 64) {
      size_t at = (size_t)column * w->output_column + (size_t)group;
      uint64_t sets[4];
      winner_sets(dy + at, winners + at, w->channels - group < 64 ? w->channels - group : 64, sets);
      for (int k = 0; k < inputs; k += LANES) {
        vec sums[4][4];
        UNROLL_FOR (int i = 0; i < 16; i++) sums[i / 4][i % 4] = SPLAT(0);
        UNROLL_FOR (int i = 0; i < 4; i++) {
          vec acc[9];
          UNROLL_FOR (int t = 0; t < 9; t++) acc[t] = sums[i / 2 + t / 3][i % 2 + t % 3];
          for (uint64_t set = sets[i]; set != 0; set &= set - 1) {
            int channel = __builtin_ctzll(set);
            vec gradient = SPLAT(dy[at + (size_t)channel]);
            const float *first = rows + (size_t)(group + channel) * channel_floats + k;
            const float *second = first + row_floats, *third = second + row_floats;
            UNROLL_FOR (int x = 0; x < 3; x++) {
              acc[x] = FMA(gradient, LOAD(first + x * inputs), acc[x]);
              acc[3 + x] = FMA(gradient, LOAD(second + x * inputs), acc[3 + x]);
              acc[6 + x] = FMA(gradient, LOAD(third + x * inputs), acc[6 + x]);
            }
          }
          UNROLL_FOR (int t = 0; t < 9; t++) sums[i / 2 + t / 3][i % 2 + t % 3] = acc[t];
        }
        float *to = dx + 2 * column * w->column_step + k;
        UNROLL_FOR (int y = 0; y < 4; y++) {
          float *line = to + (y < 3 ? w->run_offsets[y] : w->run_offsets[2] + w->row_step);
          UNROLL_FOR (int x = 0; x < 4; x++) STORE(line + x * inputs, LOAD(line + x * inputs) + sums[y][x]);
        }
      }
    }
  }
}

static void conv_pool_backward(const cf_window *w, const float *x, const float *rows, const float *dy,
                               const uint8_t *winners, float *drows, float *dbias, float *dx, int begin, int end,
                               float *scratch) {
  int width = w->width / 2, stride = cf_padded(w->channels);
  float *gradients = scratch;
  int32_t *offsets = (int32_t *)(void *)(gradients + (size_t)width * (size_t)stride);
  size_t row_floats = (size_t)cf_padded(w->run_length), channel_floats = (size_t)w->runs * row_floats;
  int block = 512 / (int)w->column_step < 8 ? 8 : 512 / (int)w->column_step;
  for (int row = begin; row < end; row++) {
    size_t at = (size_t)row * w->output_row;
    row_gradients(w, dy + at, winners + at, gradients, offsets, stride, dbias);
    // Blocks of columns whose inputs stay in the first cache while all channels pass over them.
    for (int first = 0; first < width; first += block) {
      int count = width - first < block ? width - first : block;
      const float *from = x + 2 * row * w->row_step;
      for (int channel = 0; channel < w->channels; channel++) {
        float *sums = drows + (size_t)channel * channel_floats;
        const float *g = gradients + first * stride + channel;
        const int32_t *o = offsets + first * stride + channel;
#define TILE(run_count, vector_count)                                                                  \
  {                                                                                                    \
    const float *starts[run_count];                                                                    \
    for (int r = 0; r < (run_count); r++) starts[r] = from + w->run_offsets[run + r] + vector * LANES; \
    winners_tile((run_count), (vector_count), starts, g, o, stride, count,                             \
                 sums + (size_t)run * row_floats + vector * LANES, row_floats);                        \
  }
        FOR_TAP_TILES(TILE)
#undef TILE
      }
    }
    if (dx == NULL) continue;
    float *to = dx + 2 * row * w->row_step;
    if (cf_is_winograd(w)) spread_pools(w, rows, dy + at, winners + at, to);
    else spread_row(w, rows, gradients, offsets, stride, to);
  }
}
