// F(4x4, 3x3) of winograd_template.h: 36 products where the plain way takes 144. A tile is the 6x6 inputs d under 4x4
// results, or under 2x2 pooled pixels:
//
//   V = B'dB      U = HgH'      576 Y = A'(sum over input channels of U.V)A
//
// with the transformations of the points 0, 1, -1, 2, -2 and infinity. The rows of H are 6 (1 0 0), -4 (1 1 1),
// -4 (1 -1 1), (1 2 4), (1 -2 4) and 12 (0 0 1), which takes in their fractions but for a factor of 24 each way. So
// |U| <= 12 * 12 * 127; of a row of B' the positive entries sum to 5 at most and the negative ones to -8, so that
// |V| <= 8 * 8 * 255 + 2 * 2 * 255: both are 16-bit numbers. 576 Y wraps around in 32 bits, but 9 has an inverse modulo
// 2^32, and 64 Y fits where 64 * 255 * (sum of a channel's |w|) < 2^31, which is checked at load. Where 576 Y fits too
// (ck_conv.sums_fit), the largest of four can be found before it is divided.
_Static_assert(INT64_C(64) * 255 * CK_WINOGRAD4_MAGNITUDE <= INT32_MAX, "64 Y fits in 32 bits");
_Static_assert(INT64_C(576) * 255 * CK_WINOGRAD4_WHOLE_MAGNITUDE <= INT32_MAX, "576 Y fits in 32 bits");

// B'd for six numbers.
CK_TARGET ALWAYS_INLINE void transform_six(const V16 d[6], V16 t[6]) {
  const V16 a = sub16(d[4], d[2]), b = sub16(d[3], d[1]), twice = add16(b, b);
  const V16 even = sub16(d[4], quadruple16(d[2])), odd = sub16(d[3], quadruple16(d[1]));
  t[0] = add16(quadruple16(sub16(d[0], d[2])), a);
  t[1] = add16(even, odd);
  t[2] = sub16(even, odd);
  t[3] = add16(a, twice);
  t[4] = sub16(a, twice);
  t[5] = sub16(sub16(d[5], d[3]), add16(twice, twice));
}

CK_TARGET ALWAYS_INLINE void transform_column(const char *x, ptrdiff_t row, V16 t[6]) {
  V16 d[6];
  UNROLL_FOR (int i = 0; i < 6; i++) d[i] = load_codes16(x + i * row);
  transform_six(d, t);
}

// The codes of `tiles` neighbouring tiles, the first at a window's row and column, become V from tile `at` of the strip
// on. Neighbours share two columns.
CK_TARGET ALWAYS_INLINE void transform(const ck_conv *conv, size_t row, size_t column, size_t tiles,
                                       const size_t channels, scratch *s, size_t at) {
  const char *x = ck_window_at(conv, row, column);
  const ptrdiff_t below = conv->input_row, pixel = conv->input_pixel;
  for (size_t channel = 0; channel < channels; channel += LANES16) {
    const char *next = x + channel;
    V16 columns[6][6];
    UNROLL_FOR (int k = 0; k < 2; k++) transform_column(next + k * pixel, below, columns[k]);
    for (size_t tile = 0; tile < tiles; tile++, next += 4 * pixel) {
      UNROLL_FOR (int k = 2; k < 6; k++) transform_column(next + k * pixel, below, columns[k]);
      UNROLL_FOR (int i = 0; i < 6; i++) {
        V16 d[6], v[6];
        UNROLL_FOR (int k = 0; k < 6; k++) d[k] = columns[k][i];
        transform_six(d, v);
        int16_t *out = s->inputs[6 * i] + (at + tile) * channels + channel;
        UNROLL_FOR (int k = 0; k < 6; k++) store16(out + k * ROOM, v[k]);
        columns[0][i] = d[4];
        columns[1][i] = d[5];
      }
    }
  }
}

// A'm for six numbers.
CK_TARGET ALWAYS_INLINE void transform_back_six(const V32 m[6], V32 y[4]) {
  const V32 even = add32(m[1], m[2]), odd = sub32(m[1], m[2]);
  const V32 even2 = add32(m[3], m[4]), odd2 = sub32(m[3], m[4]), twice = add32(odd2, odd2);
  y[0] = add32(m[0], add32(even, even2));
  y[1] = add32(odd, twice);
  y[2] = add32(even, quadruple32(even2));
  y[3] = add32(add32(odd, quadruple32(twice)), add32(m[5], m[5]));
}

// 576 times the 4x4 sums of one tile for a vector of channels, without bias.
CK_TARGET ALWAYS_INLINE void transform_back(const int32_t *sums, V32 y[4][4]) {
  V32 columns[6][4];
  UNROLL_FOR (int k = 0; k < 6; k++) {
    V32 m[6];
    UNROLL_FOR (int i = 0; i < 6; i++) m[i] = load32(sums + (6 * i + k) * SUMS);
    transform_back_six(m, columns[k]);
  }
  UNROLL_FOR (int i = 0; i < 4; i++) {
    V32 m[6];
    UNROLL_FOR (int k = 0; k < 6; k++) m[k] = columns[k][i];
    transform_back_six(m, y[i]);
  }
}

// A number from 64 times 9 times it.
CK_TARGET ALWAYS_INLINE V32 ninth(V32 a) { return multiply32(a, splat32(0x38e38e39)); }  // times 9 it is 1 modulo 2^32

// Stores those of `side` x `side` pixels of a block of channels that lie in the first `height` rows and `width`
// columns.
CK_TARGET ALWAYS_INLINE void store_pixels(const ck_conv *conv, V32 acc[16][BLOCK_VECTORS], const int side,
                                          size_t channel, ptrdiff_t place, size_t height, size_t width) {
#if defined(CK_STORES_VECTORS)
  enum { PIXELS = 4 / BLOCK_VECTORS };
  if (side >= PIXELS && width >= (size_t)side && can_store_together(conv, BLOCK_VECTORS, channel)) {
    for (int i = 0; i < side && (size_t)i < height; i++, place += conv->output_row) {
      UNROLL_FOR (int j = 0; j < side; j += PIXELS) {
        V32 four[4];
        UNROLL_FOR (int k = 0; k < 4; k++) four[k] = acc[side * i + j + k / BLOCK_VECTORS][k % BLOCK_VECTORS];
        store_vectors(conv, four, BLOCK_VECTORS, channel, place + j * conv->output_pixel);
      }
    }
    return;
  }
#endif
  UNROLL_FOR (int k = 0; k < side * side; k++) {
    if ((size_t)(k / side) >= height || (size_t)(k % side) >= width) continue;
    store_channels(conv, acc[k], BLOCK_VECTORS, channel,
                   place + k / side * conv->output_row + k % side * conv->output_pixel);
  }
}

// The largest of each 2x2 of a tile's sums, for a vector of channels.
CK_TARGET ALWAYS_INLINE void largest_sums(const int32_t *sums, const int sums_fit, V32 largest[4]) {
  V32 y[4][4];
  transform_back(sums, y);
  UNROLL_FOR (int k = 0; k < 16 && !sums_fit; k++) y[k / 4][k % 4] = ninth(y[k / 4][k % 4]);
  UNROLL_FOR (int k = 0; k < 4; k++) {
    const int i = k / 2 * 2, j = k % 2 * 2;
    largest[k] = max32(max32(y[i][j], y[i][j + 1]), max32(y[i + 1][j], y[i + 1][j + 1]));
    largest[k] = sixtyfourth(sums_fit ? ninth(largest[k]) : largest[k]);
  }
}

// The largest of each 2x2 of a tile's results become pooled pixels.
CK_TARGET ALWAYS_INLINE void store_pooled(const ck_conv *conv, const int32_t *sums, size_t channel, ptrdiff_t place,
                                          size_t height, size_t width) {
  V32 acc[16][BLOCK_VECTORS];
  UNROLL_FOR (int v = 0; v < BLOCK_VECTORS; v++) {
    V32 largest[4], bias = load32(conv->bias + channel + LANES32 * v);
    if (conv->sums_fit) largest_sums(sums + LANES32 * v, 1, largest);
    else largest_sums(sums + LANES32 * v, 0, largest);
    UNROLL_FOR (int k = 0; k < 4; k++) acc[k][v] = add32(largest[k], bias);
  }
  store_pixels(conv, acc, 2, channel, place, height, width);
}

CK_TARGET ALWAYS_INLINE void store_tile(const ck_conv *conv, const int32_t *sums, size_t channel, ptrdiff_t place,
                                        size_t height, size_t width) {
  V32 acc[16][BLOCK_VECTORS];
  UNROLL_FOR (int v = 0; v < BLOCK_VECTORS; v++) {
    V32 y[4][4], bias = load32(conv->bias + channel + LANES32 * v);
    transform_back(sums + LANES32 * v, y);
    UNROLL_FOR (int k = 0; k < 16; k++) acc[k][v] = add32(sixtyfourth(ninth(y[k / 4][k % 4])), bias);
  }
  store_pixels(conv, acc, 4, channel, place, height, width);
}
