// What batch normalization needs: sums over positions and scaling, by channel. Vectors run over channels; the sums of
// one image are chains in the order of positions.

#define FOR_CHANNELS(channels) for (int c = 0; c < (channels); c += LANES)
#define FOR_POSITIONS(positions, channels)                                                          \
  for (size_t at = (size_t)c, end = (size_t)(positions) * (size_t)(channels) + (size_t)c; at < end; \
       at += (size_t)(channels))

static void channel_sums(const float *x, int positions, int channels, float *sums) {
  FOR_CHANNELS (channels) {
    vec sum = SPLAT(0);
    FOR_POSITIONS (positions, channels) sum += LOAD(x + at);
    store_some(sums + c, sum, channels - c);
  }
}

static void channel_squares(const float *x, const float *centre, int positions, int channels, float *sums) {
  FOR_CHANNELS (channels) {
    vec sum = SPLAT(0), middle = LOAD(centre + c);
    FOR_POSITIONS (positions, channels) {
      vec distance = LOAD(x + at) - middle;
      sum = FMA(distance, distance, sum);
    }
    store_some(sums + c, sum, channels - c);
  }
}

static void channel_products(const float *dy, const float *x, const float *centre, int positions, int channels,
                             float *sums) {
  FOR_CHANNELS (channels) {
    vec sum = SPLAT(0), middle = LOAD(centre + c);
    FOR_POSITIONS (positions, channels) sum = FMA(LOAD(dy + at), LOAD(x + at) - middle, sum);
    store_some(sums + c, sum, channels - c);
  }
}

static void channel_scale(const float *x, const float *scale, const float *shift, float *y, int positions,
                          int channels) {
  FOR_CHANNELS (channels) {
    vec factor = LOAD(scale + c), constant = LOAD(shift + c);
    FOR_POSITIONS (positions, channels) store_some(y + at, FMA(LOAD(x + at), factor, constant), channels - c);
  }
}

static void channel_mix(const float *dy, const float *x, const float *a, const float *b, const float *shift, float *dx,
                        int positions, int channels) {
  FOR_CHANNELS (channels) {
    vec first = LOAD(a + c), second = LOAD(b + c), constant = LOAD(shift + c);
    FOR_POSITIONS (positions, channels)
      store_some(dx + at, FMA(LOAD(dy + at), first, FMA(LOAD(x + at), second, constant)), channels - c);
  }
}
