// The depthwise convolution of depthwise3x3_template.h with windows that move by 1, and the largest of each 2x2
// results. Multipliers are not negative and rounding keeps the order of numbers, so that of four sums the largest alone
// becomes a code: making codes of sums takes about as long as the sums do. The including file defines
//   POOLED                      the kernel, of pixels that fill a chunk, or of which two or four do
//   RUNS                        if there are pixels of 16 or 32 channels of which two or four fill a chunk, `lanes`
//                               times 16 channels each, which lie in lanes next to each other:
//   shifted(a, b, lanes)        what lies so many lanes further on in two vectors of inputs side by side
//   largest_across(a, b, lanes) the largest of neighbouring pixels in two vectors of sums

// The largest sums of a window and the one below it, and of those beside them on the right.
CK_TARGET ALWAYS_INLINE void largest_of_four(const ck_conv *conv, size_t chunk, const column *x0, const column *x1,
                                             const column *x2, const column *x3, V32 largest[SUMS]) {
  const column *columns[4] = {x0, x1, x2, x3};
  const int8_t *weights = (const int8_t *)conv->weights + chunk * 2 * 3 * PARTS * sizeof(BYTES);
  UNROLL_FOR (int row = 0; row < 2; row++) {
    V32 left[SUMS], right[SUMS];
    UNROLL_FOR (int s = 0; s < SUMS; s++) left[s] = right[s] = zero32();
    UNROLL_FOR (int t = 0; t < 3; t++) {
      UNROLL_FOR (int p = 0; p < PARTS; p++, weights += sizeof(BYTES)) {
        const BYTES w = load_bytes(weights);
        left[p % SUMS] = dot(left[p % SUMS], columns[t]->parts[p], w);
        right[p % SUMS] = dot(right[p % SUMS], columns[t + 1]->parts[p], w);
      }
    }
    UNROLL_FOR (int s = 0; s < SUMS; s++) {
      left[s] = max32(left[s], right[s]);
      largest[s] = row == 0 ? left[s] : max32(largest[s], left[s]);
    }
  }
  UNROLL_FOR (int s = 0; s < SUMS; s++)
    largest[s] = add32(largest[s], load32(conv->bias + chunk * CHUNK + (size_t)s * LANES32));
}

// One chunk of all pixels of a row: columns that neighbours share are made once.
CK_TARGET ALWAYS_INLINE void pooled_chunk(const ck_conv *conv, size_t chunk, const ck_code *const inputs[4],
                                          ptrdiff_t place, const int whole) {
  const ptrdiff_t pixel = conv->segments[1];
  const size_t count = conv->channels - chunk * CHUNK;
  ptrdiff_t at = (ptrdiff_t)(chunk * CHUNK);
  place += at;
  column x0 = column_at(inputs, at), x1 = column_at(inputs, at + pixel);
  for (size_t i = 0; i < conv->columns; i++, at += 2 * pixel, place += conv->output_pixel) {
    const column x2 = column_at(inputs, at + 2 * pixel), x3 = column_at(inputs, at + 3 * pixel);
    V32 largest[SUMS];
    largest_of_four(conv, chunk, &x0, &x1, &x2, &x3, largest);
    store_results(conv, chunk, largest, place, count, whole);
    x0 = x2;
    x1 = x3;
  }
}

#if defined(RUNS)
// The largest sums of a chunk of windows and of those below them, whose inputs begin in one column and end in the next.
CK_TARGET ALWAYS_INLINE void largest_of_two(const ck_conv *conv, const column *x0, const column *next, const int lanes,
                                            V32 largest[SUMS]) {
  column x1, x2;
  UNROLL_FOR (int p = 0; p < PARTS; p++) {
    x1.parts[p] = shifted(x0->parts[p], next->parts[p], lanes);
    x2.parts[p] = shifted(x0->parts[p], next->parts[p], 2 * lanes);
  }
  V32 below[SUMS];
  window_sums(conv, 0, conv->weights, x0, &x1, &x2, largest);
  window_sums(conv, 0, (const int8_t *)conv->weights + 3 * PARTS * sizeof(BYTES), x0, &x1, &x2, below);
  UNROLL_FOR (int s = 0; s < SUMS; s++) largest[s] = max32(largest[s], below[s]);
}

// Pixels of which two or four fill a chunk: two chunks of windows side by side make one of the largest.
CK_TARGET ALWAYS_INLINE void pooled_run(const ck_conv *conv, const ck_code *const inputs[4], ptrdiff_t place,
                                        const int lanes) {
  const size_t channels = 16 * (size_t)lanes, count = conv->columns * channels, end = 2 * count + 2 * channels;
  column x[3];
  x[0] = column_at(inputs, 0);
  for (size_t i = 0; i < count; i += CHUNK) {
    // What begins beyond a row's end is of no window that counts.
    UNROLL_FOR (size_t n = 1; n < 3; n++) {
      const size_t at = 2 * i + n * CHUNK;
      x[n] = at < end ? column_at(inputs, (ptrdiff_t)at) : x[n - 1];
    }
    V32 largest[SUMS], further[SUMS];
    largest_of_two(conv, &x[0], &x[1], lanes, largest);
    largest_of_two(conv, &x[1], &x[2], lanes, further);
    UNROLL_FOR (int s = 0; s < SUMS; s++) largest[s] = largest_across(largest[s], further[s], lanes);
    store_results(conv, 0, largest, place + (ptrdiff_t)i, count - i, 0);
    x[0] = x[2];
  }
}
#endif

// Functions of their own, so that the registers are their own.
CK_TARGET __attribute__((noinline)) static void pooled_whole_chunk(const ck_conv *conv, size_t chunk,
                                                                   const ck_code *const inputs[4], ptrdiff_t place) {
  pooled_chunk(conv, chunk, inputs, place, 1);
}
CK_TARGET __attribute__((noinline)) static void pooled_rest(const ck_conv *conv, size_t chunk,
                                                            const ck_code *const inputs[4], ptrdiff_t place) {
#if defined(RUNS)
  if (conv->channels == 16 && 16 < CHUNK) return pooled_run(conv, inputs, place, 1);
  if (conv->channels == 32 && 32 < CHUNK) return pooled_run(conv, inputs, place, 2);
#endif
  pooled_chunk(conv, chunk, inputs, place, 0);
}

CK_TARGET void POOLED(const void *operation, size_t first, size_t end) {
  const ck_conv copy = *(const ck_conv *)operation, *conv = &copy;
  for (size_t row = first; row < end; row++) {
    const ck_code *inputs[4];
    for (int i = 0; i < 4; i++) inputs[i] = (const ck_code *)ck_window_at(conv, 2 * row, 0) + i * conv->segments[3];
    const ptrdiff_t place = ck_place_of(conv, row, 0);
    size_t chunk = 0;
    for (; (chunk + 1) * CHUNK <= conv->channels; chunk++) pooled_whole_chunk(conv, chunk, inputs, place);
    if (chunk * CHUNK < conv->channels) pooled_rest(conv, chunk, inputs, place);
  }
}
