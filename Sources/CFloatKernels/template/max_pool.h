// Max pooling of any window. Vectors run over channels.

static void max_pool(const cf_pool *p, const float *x, float *y, int32_t *origins, int begin, int end) {
  vec_int lanes;
  for (int i = 0; i < LANES; i++) lanes[i] = i;
  for (int row = begin; row < end; row++) {
    int top = row * p->stride - p->pad_top, bottom = top + p->window_height;
    if (top < 0) top = 0;
    if (bottom > p->height) bottom = p->height;
    for (int column = 0; column < p->output_width; column++) {
      int left = column * p->stride - p->pad_left, right = left + p->window_width;
      if (left < 0) left = 0;
      if (right > p->width) right = p->width;
      size_t to = ((size_t)row * (size_t)p->output_width + (size_t)column) * (size_t)p->channels;
      for (int channel = 0; channel < p->channels; channel += LANES) {
        int first = (top * p->width + left) * p->channels + channel;
        vec largest = LOAD(x + first);
        vec_int origin = lanes + first;
        for (int r = top; r < bottom; r++) {
          for (int c = left; c < right; c++) {
            int at = (r * p->width + c) * p->channels + channel;
            vec other = LOAD(x + at);
            vec_int wins = other > largest;
            largest = choose(wins, other, largest);
            origin = choose_int(wins, lanes + at, origin);
          }
        }
        int some = p->channels - channel;
        store_some(y + to + channel, largest, some);
        if (origins != NULL)
          memcpy(origins + to + channel, &origin, (some < LANES ? (size_t)some : LANES) * sizeof(int32_t));
      }
    }
  }
}

static void max_pool_backward(const cf_pool *p, const float *dy, const int32_t *origins, float *dx) {
  const int rows = p->height / p->window_height, columns = p->output_width, wide = p->window_width * columns;
  const int covers = wide == p->width && rows * p->window_height == p->height;
  if (!covers) memset(dx, 0, (size_t)(p->height * p->width * p->channels) * sizeof *dx);
  if (p->channels % LANES != 0 || p->stride != p->window_height || p->stride != p->window_width || p->pad_top != 0 ||
      p->pad_left != 0 || wide > p->width || (p->output_height != rows)) {
    size_t count = (size_t)p->output_height * (size_t)columns * (size_t)p->channels;
    for (size_t i = 0; i < count; i++) dx[origins[i]] += dy[i];
    return;
  }
  // Windows lie side by side, so that each input has one result.
  vec_int lanes;
  for (int i = 0; i < LANES; i++) lanes[i] = i;
  size_t from = 0;
  for (int row = 0; row < rows; row++) {
    for (int column = 0; column < columns; column++) {
      for (int channel = 0; channel < p->channels; channel += LANES, from += LANES) {
        vec gradient = LOAD(dy + from);
        vec_int origin = *(const vec_int_at *)(origins + from);
        for (int r = row * p->stride; r < (row + 1) * p->stride; r++) {
          for (int c = column * p->stride; c < (column + 1) * p->stride; c++) {
            int at = (r * p->width + c) * p->channels + channel;
            STORE(dx + at, choose(origin == lanes + at, gradient, SPLAT(0)));
          }
        }
      }
    }
  }
}
