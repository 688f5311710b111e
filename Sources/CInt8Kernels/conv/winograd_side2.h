// F(2x2, 3x3) of winograd_template.h: 16 products where the plain way takes 36. A tile is the 4x4 inputs d under 2x2
// results, or under one pooled pixel:
//
//   V = B'dB      U = (2G)g(2G)'      4 Y = A'(sum over input channels of U.V)A
//
// with entries of B and A in {-1, 0, 1} and of 2G in {-1, 0, 1, 2}: |V| <= 4 * 255 and |U| <= 9 * 127 are 16-bit
// numbers. 4 |Y| <= 4 * 9 * CK_WINOGRAD_INPUTS * 127 * 255 < 2^31 does not wrap around, and is a multiple of 4.

// d -> B'd for one column of four codes.
CK_TARGET ALWAYS_INLINE void transform_column(const char *x, ptrdiff_t row, V16 t[4]) {
  V16 d0 = load_codes16(x), d1 = load_codes16(x + row), d2 = load_codes16(x + 2 * row), d3 = load_codes16(x + 3 * row);
  t[0] = sub16(d0, d2);
  t[1] = add16(d1, d2);
  t[2] = sub16(d2, d1);
  t[3] = sub16(d1, d3);
}

// The codes of `tiles` neighbouring tiles, the first at a window's row and column, become V from tile `at` of the strip
// on. Neighbours share two columns.
CK_TARGET ALWAYS_INLINE void transform(const ck_conv *conv, size_t row, size_t column, size_t tiles,
                                       const size_t channels, scratch *s, size_t at) {
  const char *x = ck_window_at(conv, row, column);
  const ptrdiff_t below = conv->input_row, pixel = conv->input_pixel;
  for (size_t channel = 0; channel < channels; channel += LANES16) {
    const char *next = x + channel;
    V16 a[4], b[4], c[4], d[4];
    transform_column(next, below, a);
    transform_column(next + pixel, below, b);
    for (size_t tile = 0; tile < tiles; tile++) {
      next += 2 * pixel;
      transform_column(next, below, c);
      transform_column(next + pixel, below, d);
      UNROLL_FOR (int i = 0; i < 4; i++) {
        int16_t *out = s->inputs[4 * i] + (at + tile) * channels + channel;
        store16(out, sub16(a[i], c[i]));
        store16(out + ROOM, add16(b[i], c[i]));
        store16(out + 2 * ROOM, sub16(c[i], b[i]));
        store16(out + 3 * ROOM, sub16(b[i], d[i]));
        a[i] = c[i];
        b[i] = d[i];
      }
    }
  }
}

// Four times the 2x2 sums of one tile for some vectors of channels, without bias.
CK_TARGET ALWAYS_INLINE void transform_back(const int32_t *sums, V32 y[POOLED_VECTORS][2][2]) {
  UNROLL_FOR (int j = 0; j < 4; j++) {
    UNROLL_FOR (int i = 0; i < POOLED_VECTORS; i++) {
      const int32_t *m = sums + j * SUMS + i * LANES32;
      V32 second = load32(m + 4 * SUMS), third = load32(m + 8 * SUMS);
      V32 column[2] = {add32(load32(m), add32(second, third)), sub32(sub32(second, third), load32(m + 12 * SUMS))};
      UNROLL_FOR (int k = 0; k < 2; k++) {
        if (j < 3) y[i][k][0] = j == 0 ? column[k] : add32(y[i][k][0], column[k]);
        if (j > 0) y[i][k][1] = j == 1 ? column[k] : sub32(y[i][k][1], column[k]);
      }
    }
  }
}

// The largest of a tile's four results becomes a pooled pixel.
CK_TARGET ALWAYS_INLINE void store_pooled(const ck_conv *conv, const int32_t *sums, size_t channel, ptrdiff_t place,
                                          size_t height, size_t width) {
  (void)height, (void)width;
  V32 acc[BLOCK_VECTORS];
  UNROLL_FOR (int i = 0; i < BLOCK_VECTORS; i += POOLED_VECTORS) {
    V32 y[POOLED_VECTORS][2][2];
    transform_back(sums + LANES32 * i, y);
    UNROLL_FOR (int v = 0; v < POOLED_VECTORS; v++) {
      V32 largest = quarter(max32(max32(y[v][0][0], y[v][0][1]), max32(y[v][1][0], y[v][1][1])));
      acc[i + v] = add32(largest, load32(conv->bias + channel + LANES32 * (i + v)));
    }
  }
  store_channels(conv, acc, BLOCK_VECTORS, channel, place);
}

// Those of a tile's four results that are pixels: the first `height` rows and `width` columns.
CK_TARGET ALWAYS_INLINE void store_tile(const ck_conv *conv, const int32_t *sums, size_t channel, ptrdiff_t place,
                                        size_t height, size_t width) {
  V32 acc[2][2][BLOCK_VECTORS];
  UNROLL_FOR (int i = 0; i < BLOCK_VECTORS; i += POOLED_VECTORS) {
    V32 y[POOLED_VECTORS][2][2];
    transform_back(sums + LANES32 * i, y);
    UNROLL_FOR (int v = 0; v < POOLED_VECTORS; v++) {
      V32 bias = load32(conv->bias + channel + LANES32 * (i + v));
      UNROLL_FOR (int k = 0; k < 4; k++) acc[k / 2][k % 2][i + v] = add32(quarter(y[v][k / 2][k % 2]), bias);
    }
  }
  UNROLL_FOR (int k = 0; k < 4; k++) {
    if ((size_t)k / 2 >= height || (size_t)k % 2 >= width) continue;
    store_channels(conv, acc[k / 2][k % 2], BLOCK_VECTORS, channel,
                   place + k / 2 * conv->output_row + k % 2 * conv->output_pixel);
  }
}
