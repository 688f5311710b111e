// 3x3 convolution over pixels of three channels as they lie, with 2x2 max pooling, by F(4x4, 3x3) of winograd_side4.h.
// With so few inputs the transformations take as long as the products, so that everything is laid out for vectors of
// tiles, not of channels: what is transformed back has just been summed and never leaves the registers.
//
// 576 Y always fits in 32 bits.
//
// The includer has included winograd_template.h and defines
//   NAME_RGB         the kernel
//   load_rgb_pair    the pixels at x and x + 12 in 16-bit channels (R G B 0); with eight tiles in a vector, those at
//                    x + 48 and x + 60 in its other half
//   OF_THIS_WIDTH    an intrinsic by its name without the prefix that says how wide vectors are
//   store_quarters   stores each 128 bits `step` after those before
// and, within 128 bits, even_words32 and odd_words32 of two vectors, and transposed_bytes, the bytes of a 4x4 square
// across its diagonal.
_Static_assert(27 * 127 <= CK_WINOGRAD4_WHOLE_MAGNITUDE, "576 Y fits in 32 bits");

enum {
  RGB_VECTORS = 2,                         // of tiles
  RGB_STEP = 12,                           // bytes from a tile to the next
  RGB_READ = RGB_STEP * LANES32 + 7,       // bytes of a row of pixels that are loaded for a vector of tiles
  RGB_RESULTS = 4 * RGB_VECTORS * LANES32  // of a channel
};

typedef struct {
  _Alignas(64) int16_t inputs[36][2][RGB_VECTORS][LANES16];          // V: [position][R G, then B 0][tile][2]
  _Alignas(64) int32_t results[CK_BLOCK][4][RGB_VECTORS * LANES32];  // [channel][pooled pixel][tile]
} rgb_scratch;

// V of a vector of tiles.
CK_TARGET ALWAYS_INLINE void transform_rgb(const char *const rows[6], int16_t inputs[36][2][RGB_VECTORS][LANES16]) {
  V16 columns[2][6][6];
  UNROLL_FOR (int k = 0; k < 6; k++) {
    V16 red_green[6], blue[6];
    UNROLL_FOR (int i = 0; i < 6; i++) {
      V16 low = load_rgb_pair(rows[i] + 3 * k), high = load_rgb_pair(rows[i] + 3 * k + 2 * RGB_STEP);
      red_green[i] = even_words32(low, high);
      blue[i] = odd_words32(low, high);
    }
    transform_six(red_green, columns[0][k]);
    transform_six(blue, columns[1][k]);
  }
  UNROLL_FOR (int half = 0; half < 2; half++) {
    UNROLL_FOR (int i = 0; i < 6; i++) {
      V16 d[6], v[6];
      UNROLL_FOR (int k = 0; k < 6; k++) d[k] = columns[half][k][i];
      transform_six(d, v);
      UNROLL_FOR (int k = 0; k < 6; k++) store16(inputs[6 * i + k][half][0], v[k]);
    }
  }
}

// The pooled sums of one channel.
CK_TARGET ALWAYS_INLINE void pooled_sums(rgb_scratch *s, const int16_t *u, int32_t bias, int32_t *results,
                                         const int vectors) {
  V32 columns[RGB_VECTORS][6][4];
  // Or compilers copy V out of its place first, since it is the same for all channels.
  __asm__ volatile("" ::: "memory");
  UNROLL_FOR (int k = 0; k < 6; k++) {
    V32 m[RGB_VECTORS][6];
    UNROLL_FOR (int i = 0; i < 6; i++) {
      const int16_t *weights = u + (6 * i + k) * 4 * CK_BLOCK;
      V32 red_green = broadcast32(weights), blue = broadcast32(weights + 2 * CK_BLOCK);
      UNROLL_FOR (int v = 0; v < vectors; v++) {
        m[v][i] = multiply_pairs(load32(s->inputs[6 * i + k][0][v]), red_green);
        m[v][i] = add_pairs(m[v][i], load32(s->inputs[6 * i + k][1][v]), blue);
      }
    }
    UNROLL_FOR (int v = 0; v < vectors; v++) transform_back_six(m[v], columns[v][k]);
  }
  UNROLL_FOR (int v = 0; v < vectors; v++) {
    UNROLL_FOR (int i = 0; i < 4; i += 2) {
      V32 y[2][4];
      UNROLL_FOR (int j = 0; j < 2; j++) {
        V32 m[6];
        UNROLL_FOR (int k = 0; k < 6; k++) m[k] = columns[v][k][i + j];
        transform_back_six(m, y[j]);
      }
      UNROLL_FOR (int j = 0; j < 2; j++) {
        V32 largest = max32(max32(y[0][2 * j], y[0][2 * j + 1]), max32(y[1][2 * j], y[1][2 * j + 1]));
        store32(results + ((i + j) * RGB_VECTORS + v) * LANES32, add32(sixtyfourth(ninth(largest)), splat32(bias)));
      }
    }
  }
}

// The codes of a block of channels of a vector of tiles: within 128 bits, four channels of four tiles become bytes, and
// then sixteen channels of one tile.
CK_TARGET ALWAYS_INLINE void rgb_codes(const ck_requantization *r, const float *multipliers, const int32_t *results,
                                       V32 codes[4]) {
  V32 quads[4];
  UNROLL_FOR (int q = 0; q < 4; q++) {
    V16 words[2];
    UNROLL_FOR (int h = 0; h < 2; h++) {
      V32 two[2];
      UNROLL_FOR (int i = 0; i < 2; i++) {
        const int channel = 4 * q + 2 * h + i;
        V32 sums = load32(results + channel * RGB_RESULTS);
        two[i] = OF_THIS_WIDTH(cvtps_epi32)(multiply_floats(floats_of(sums), splat_float(multipliers[channel])));
      }
      words[h] = add16_saturating(OF_THIS_WIDTH(packs_epi32)(two[0], two[1]), splat16(r->zero_point));
    }
    V8 bytes = OF_THIS_WIDTH(packus_epi16)(words[0], words[1]);
    bytes = OF_THIS_WIDTH(max_epu8)(bytes, OF_THIS_WIDTH(set1_epi8)((char)r->low));
    quads[q] = transposed_bytes(OF_THIS_WIDTH(min_epu8)(bytes, OF_THIS_WIDTH(set1_epi8)((char)r->high)));
  }
  V32 a = OF_THIS_WIDTH(unpacklo_epi32)(quads[0], quads[1]), b = OF_THIS_WIDTH(unpacklo_epi32)(quads[2], quads[3]);
  V32 c = OF_THIS_WIDTH(unpackhi_epi32)(quads[0], quads[1]), d = OF_THIS_WIDTH(unpackhi_epi32)(quads[2], quads[3]);
  codes[0] = OF_THIS_WIDTH(unpacklo_epi64)(a, b);
  codes[1] = OF_THIS_WIDTH(unpackhi_epi64)(a, b);
  codes[2] = OF_THIS_WIDTH(unpacklo_epi64)(c, d);
  codes[3] = OF_THIS_WIDTH(unpackhi_epi64)(c, d);
}

// Stores a pooled pixel of each of some tiles, at most a vector.
CK_TARGET ALWAYS_INLINE void store_rgb_pixels(const ck_conv *conv, const int32_t *results, size_t channel,
                                              ptrdiff_t place, size_t tiles) {
  const ck_requantization *r = &conv->requantization;
  const ptrdiff_t step = 2 * conv->output_pixel;
  const size_t left = conv->channels - channel;
  if (conv->io.accumulators == NULL && r->bounded) {
    V32 codes[4];
    rgb_codes(r, r->multipliers + channel, results, codes);
    ck_code *out = (ck_code *)conv->io.output + place + (ptrdiff_t)channel;
    if (left >= CK_BLOCK && tiles >= LANES32) {
      UNROLL_FOR (int i = 0; i < 4; i++) store_quarters(out + i * step, 4 * step, codes[i]);
      return;
    }
    ck_code all[LANES32][CK_BLOCK];
    UNROLL_FOR (int i = 0; i < 4; i++) store_quarters(all[i], sizeof all[0] * 4, codes[i]);
    for (size_t tile = 0; tile < tiles && tile < LANES32; tile++, out += step)
      memcpy(out, all[tile], left < CK_BLOCK ? left : CK_BLOCK);
    return;
  }
  for (size_t tile = 0; tile < tiles && tile < LANES32; tile++, place += step) {
    int32_t sums[CK_BLOCK];
    for (size_t i = 0; i < CK_BLOCK; i++) sums[i] = results[i * RGB_RESULTS + tile];
    V32 acc[BLOCK_VECTORS];
    for (size_t v = 0; v < BLOCK_VECTORS; v++) acc[v] = load32(sums + v * LANES32);
    store_channels(conv, acc, BLOCK_VECTORS, channel, place);
  }
}

CK_TARGET ALWAYS_INLINE void store_rgb(const ck_conv *conv, const rgb_scratch *s, size_t channel, size_t row,
                                       size_t column, size_t height, size_t tiles, const int vectors) {
  for (size_t pixel = 0; pixel < 4 && pixel / 2 < height; pixel++) {
    const ptrdiff_t place = ck_place_of(conv, row + pixel / 2, column + pixel % 2);
    // The right half of the last tile may lie beside the results.
    const size_t count = column + pixel % 2 + 2 * tiles - 2 < conv->columns ? tiles : tiles - 1;
    for (size_t v = 0; v < (size_t)vectors; v++) {
      if (count <= v * LANES32) continue;
      store_rgb_pixels(conv, s->results[0][pixel] + v * LANES32, channel,
                       place + (ptrdiff_t)(2 * v * LANES32) * conv->output_pixel, count - v * LANES32);
    }
  }
}

// Some tiles side by side, of which the first begins at a pooled row and column.
CK_TARGET ALWAYS_INLINE void rgb_tiles(const ck_conv *conv, rgb_scratch *s, size_t row, size_t column, size_t height,
                                       size_t tiles, const int vectors) {
  for (int v = 0; v < vectors; v++) {
    const size_t across = 2 * column + 4 * LANES32 * (size_t)v;
    const char *x = (const char *)conv->io.input + (ptrdiff_t)(2 * row) * conv->input_row + 3 * across;
    const size_t inside = 3 * (2 * conv->columns + 2 - across);
    char copy[6][RGB_READ];
    const char *rows[6];
    for (size_t i = 0; i < 6; i++) {
      // The lower half of the last tiles may lie below the results: what it reads does not matter. Where loads would
      // leave the picture, they read a copy.
      rows[i] = x + (ptrdiff_t)(i < 2 * height + 2 ? i : 0) * conv->input_row;
      if (inside < RGB_READ) rows[i] = memcpy(copy[i], rows[i], inside);
    }
    transform_rgb(rows, (int16_t(*)[2][RGB_VECTORS][LANES16])(s->inputs[0][0][v]));
  }
  for (size_t channel = 0; channel < conv->channels; channel += CK_BLOCK) {
    const int16_t *u = (const int16_t *)conv->weights + channel * 36 * 4;
    const size_t left = conv->channels - channel, count = left < CK_BLOCK ? left : CK_BLOCK;
    for (size_t i = 0; i < count; i++) pooled_sums(s, u + 2 * i, conv->bias[channel + i], s->results[i][0], vectors);
    if (count < CK_BLOCK) memset(s->results[count], 0, (CK_BLOCK - count) * sizeof s->results[0]);
    store_rgb(conv, s, channel, row, column, height, tiles, vectors);
  }
}

CK_TARGET void NAME_RGB(const void *operation, size_t first, size_t end) {
  const ck_conv copy = *(const ck_conv *)operation;
  rgb_scratch s;
  for (size_t row = first; row < end; row += 2) {
    const size_t across = (copy.columns + 1) / 2;
    for (size_t tile = 0; tile < across;) {
      const size_t left = across - tile, most = RGB_VECTORS * LANES32, tiles = left < most ? left : most;
      if (tiles > LANES32) rgb_tiles(&copy, &s, row, 2 * tile, end - row, tiles, 2);
      else rgb_tiles(&copy, &s, row, 2 * tile, end - row, tiles, 1);
      tile += tiles;
    }
  }
}
