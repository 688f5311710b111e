// What batch normalization needs: sums over positions and scaling, by channel. Vectors run over channels; the sums of
// one image are those of its positions by their number modulo CHAINS, each a chain in the order of positions: one chain
// alone would wait for each addition.

enum { CHAINS = 4 };

INLINE vec joined(const vec *chains) { return (chains[0] + chains[1]) + (chains[2] + chains[3]); }

#define FOR_CHANNELS(channels) for (int c = 0; c < (channels); c += LANES)

// Runs a statement for a position, `chain` being a constant.
#define IN_CHAIN(number, channels, ...) \
  do {                                  \
    enum { chain = (number) };          \
    __VA_ARGS__;                        \
    at += (size_t)(channels);           \
  } while (0)

// Runs a statement for all positions, `chain` being their number modulo CHAINS.
#define FOR_CHAINS(positions, channels, ...)          \
  do {                                                \
    size_t at = (size_t)c;                            \
    int left = (positions);                           \
    for (; left >= CHAINS; left -= CHAINS) {          \
      IN_CHAIN(0, channels, __VA_ARGS__);             \
      IN_CHAIN(1, channels, __VA_ARGS__);             \
      IN_CHAIN(2, channels, __VA_ARGS__);             \
      IN_CHAIN(3, channels, __VA_ARGS__);             \
    }                                                 \
    if (left > 0) IN_CHAIN(0, channels, __VA_ARGS__); \
    if (left > 1) IN_CHAIN(1, channels, __VA_ARGS__); \
    if (left > 2) IN_CHAIN(2, channels, __VA_ARGS__); \
  } while (0)

static void channel_sums(const float *x, int positions, int channels, float *sums) {
  FOR_CHANNELS (channels) {
    vec sum[CHAINS] = {0};
    FOR_CHAINS(positions, channels, sum[chain] += LOAD(x + at));
    store_some(sums + c, joined(sum), channels - c);
  }
}

static void channel_squares(const float *x, const float *centre, int positions, int channels, float *sums) {
  FOR_CHANNELS (channels) {
    vec sum[CHAINS] = {0}, middle = LOAD(centre + c);
    FOR_CHAINS(positions, channels, {
      vec distance = LOAD(x + at) - middle;
      sum[chain] = FMA(distance, distance, sum[chain]);
    });
    store_some(sums + c, joined(sum), channels - c);
  }
}

// A gradient, where the clamp let the result x * factor + constant pass; all of it where there was no clamp.
INLINE vec passed(const int clamps, vec gradient, vec x, vec factor, vec constant, vec low, vec high) {
  if (!clamps) return gradient;
  vec result = FMA(x, factor, constant);
  return choose((result > low) & (result < high), gradient, SPLAT(0));
}

INLINE void gradient_sums(const int clamps, const float *dy, const float *x, const cf_scaling *s, const float *centre,
                          int positions, int channels, float *sums, float *products) {
  const vec low = SPLAT(s->clamp.low), high = SPLAT(s->clamp.high);
  FOR_CHANNELS (channels) {
    vec sum[CHAINS] = {0}, product[CHAINS] = {0};
    vec middle = LOAD(centre + c), factor = LOAD(s->scale + c), constant = LOAD(s->shift + c);
    FOR_CHAINS(positions, channels, {
      vec value = LOAD(x + at), gradient = passed(clamps, LOAD(dy + at), value, factor, constant, low, high);
      sum[chain] += gradient;
      product[chain] = FMA(gradient, value - middle, product[chain]);
    });
    store_some(sums + c, joined(sum), channels - c);
    store_some(products + c, joined(product), channels - c);
  }
}

// Whether a clamp changes anything.
INLINE int clamps(cf_clamp clamp) { return clamp.low > -__builtin_inff() || clamp.high < __builtin_inff(); }

static void channel_gradients(const float *dy, const float *x, const cf_scaling *s, const float *centre, int positions,
                              int channels, float *sums, float *products) {
  if (clamps(s->clamp)) gradient_sums(1, dy, x, s, centre, positions, channels, sums, products);
  else gradient_sums(0, dy, x, s, centre, positions, channels, sums, products);
}

static void channel_scale(const float *x, const cf_scaling *s, float *y, int positions, int channels) {
  const vec low = SPLAT(s->clamp.low), high = SPLAT(s->clamp.high);
  FOR_CHANNELS (channels) {
    vec factor = LOAD(s->scale + c), constant = LOAD(s->shift + c);
    size_t at = (size_t)c;
    for (int position = 0; position < positions; position++, at += (size_t)channels)
      store_some(y + at, clamped(FMA(LOAD(x + at), factor, constant), low, high), channels - c);
  }
}

INLINE void gradient_mix(const int clamps, const float *dy, const float *x, const cf_scaling *s, const float *a,
                         const float *b, const float *shift, float *dx, int positions, int channels) {
  const vec low = SPLAT(s->clamp.low), high = SPLAT(s->clamp.high);
  FOR_CHANNELS (channels) {
    vec first = LOAD(a + c), second = LOAD(b + c), rest = LOAD(shift + c);
    vec factor = LOAD(s->scale + c), constant = LOAD(s->shift + c);
    size_t at = (size_t)c;
    for (int position = 0; position < positions; position++, at += (size_t)channels) {
      vec value = LOAD(x + at), gradient = passed(clamps, LOAD(dy + at), value, factor, constant, low, high);
      store_some(dx + at, FMA(gradient, first, FMA(value, second, rest)), channels - c);
    }
  }
}

static void channel_mix(const float *dy, const float *x, const cf_scaling *s, const float *a, const float *b,
                        const float *shift, float *dx, int positions, int channels) {
  if (clamps(s->clamp)) gradient_mix(1, dy, x, s, a, b, shift, dx, positions, channels);
  else gradient_mix(0, dy, x, s, a, b, shift, dx, positions, channels);
}

// How far ahead inputs are fetched that another pass has left in a distant cache, floats.
enum { AHEAD = 512 };

// The four inputs of a pool 2x2.
INLINE void pool_of_four(const float *x, int width, int channels, vec *four) {
  UNROLL_FOR (int i = 0; i < 4; i++) {
    const float *at = x + (size_t)((i / 2) * width + i % 2) * (size_t)channels;
    __builtin_prefetch(at + AHEAD);
    four[i] = LOAD(at);
  }
}

static void channel_scale_pool(const float *x, const float *scale, const float *shift, int height, int width,
                               int channels, float *y, uint8_t *winners, float *won) {
  for (int row = 0; row < height / 2; row++) {
    for (int column = 0; column < width / 2; column++) {
      const float *from = x + (size_t)(2 * row * width + 2 * column) * (size_t)channels;
      const size_t to = (size_t)(row * (width / 2) + column) * (size_t)channels;
      FOR_CHANNELS (channels) {
        vec four[4], results[4], factor = LOAD(scale + c), constant = LOAD(shift + c);
        pool_of_four(from + c, width, channels, four);
        UNROLL_FOR (int i = 0; i < 4; i++) results[i] = FMA(four[i], factor, constant);
        vec largest = results[0], its = four[0];
        UNROLL_FOR (int i = 1; i < 4; i++) {
          vec_int wins = results[i] > largest;
          largest = choose(wins, results[i], largest);
          its = choose(wins, four[i], its);
        }
        pool_winner(results, y + to + c, winners + to + c, channels - c);
        store_some(won + to + c, its, channels - c);
      }
    }
  }
}

// One result of `channel_mix_pool` and LANES channels.
INLINE void mix_one(vec gradient, const float *x, const float *a, const float *b, const float *shift, float *dx,
                    int left) {
  store_some(dx, FMA(gradient, LOAD(a), FMA(LOAD(x), LOAD(b), LOAD(shift))), left);
}

static void channel_mix_pool(const float *dy, const uint8_t *winners, const float *x, const float *a, const float *b,
                             const float *shift, int height, int width, int channels, float *dx) {
  for (int row = 0; row < height / 2; row++) {
    for (int column = 0; column < width / 2; column++) {
      const size_t at = (size_t)(2 * row * width + 2 * column) * (size_t)channels;
      const size_t from = (size_t)(row * (width / 2) + column) * (size_t)channels;
      FOR_CHANNELS (channels) {
        const vec gradient = LOAD(dy + from + c);
        const vec_int winner = __builtin_convertvector(*(const vec_byte_at *)(winners + from + c), vec_int);
        UNROLL_FOR (int i = 0; i < 4; i++) {
          const size_t place = at + (size_t)((i / 2) * width + i % 2) * (size_t)channels + (size_t)c;
          __builtin_prefetch(x + place + AHEAD);
          mix_one(choose(winner == (vec_int)(i), gradient, SPLAT(0)), x + place, a + c, b + c, shift + c, dx + place,
                  channels - c);
        }
      }
    }
  }
  // A last row and column that no pool reads.
  for (int row = 0; row < height; row++) {
    for (int column = row < height / 2 * 2 ? width / 2 * 2 : 0; column < width; column++) {
      const size_t at = (size_t)(row * width + column) * (size_t)channels;
      FOR_CHANNELS (channels) mix_one(SPLAT(0), x + at + c, a + c, b + c, shift + c, dx + at + c, channels - c);
    }
  }
}
