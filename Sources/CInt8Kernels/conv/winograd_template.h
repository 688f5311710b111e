// 3x3 convolution, with or without 2x2 max pooling, by Winograd's F(2x2, 3x3), in integers (Lavin and Gray 2015, "Fast
// Algorithms for Convolutional Neural Networks"): 16 products where the plain way takes 36. A tile is the 4x4 inputs d
// under 2x2 results, or under one pooled pixel:
//
//   V = B'dB      U = (2G)g(2G)'      4 Y = A'(sum over input channels of U.V)A
//
// with entries of B and A in {-1, 0, 1} and of 2G in {-1, 0, 1, 2}, so that nothing is rounded: |V| <= 4 * 255 and
// |U| <= 9 * 127 are 16-bit numbers. The sums may wrap around; 4 |Y| <= 4 * 9 * CK_WINOGRAD_INPUTS * 127 * 255 < 2^31
// does not, and is a multiple of 4.
//
// Over the primitives of support/vector__*.h and support/store__*.h. The including file defines
//   products            the sums of a position over input channels for TILES, 2 or 1 tiles
//   TILES, STRIP        tiles that `products` takes at best; tiles between transformations
//   POOLED_VECTORS      vectors of sums that are transformed back together
//   CK_WINOGRAD_GROUP   input channels that `products` takes at a time
//   NAME, NAME_POOLED   the two kernels
//   NAME_RGB            the kernel with pooling for pixels of three channels, where there is one; with winograd_rgb.h
#include "conv_window.h"

#include <assert.h>

#define BLOCK_VECTORS (CK_BLOCK / LANES32)

enum {
  POSITIONS = 16,
  STRIP_ROOM = 32 * STRIP,  // strips are made of 32 channels at most
  TILE_ROOM = CK_WINOGRAD_INPUTS * TILES,
  ROOM = STRIP_ROOM > TILE_ROOM ? STRIP_ROOM : TILE_ROOM,
  SUMS = STRIP * CK_BLOCK
};

typedef struct {
  _Alignas(64) int16_t inputs[POSITIONS][ROOM];  // V: [tile][channel]
  _Alignas(64) int32_t sums[POSITIONS][SUMS];    // of one block: [tile][channel]
} scratch;

// d -> B'd for one column of four codes.
CK_TARGET ALWAYS_INLINE void transform_column(const char *x, ptrdiff_t row, V16 t[4]) {
  V16 d0 = load_codes16(x), d1 = load_codes16(x + row), d2 = load_codes16(x + 2 * row), d3 = load_codes16(x + 3 * row);
  t[0] = sub16(d0, d2);
  t[1] = add16(d1, d2);
  t[2] = sub16(d2, d1);
  t[3] = sub16(d1, d3);
}

// The codes of `tiles` neighbouring tiles, the first at a window's row and column, become V. Neighbours share two
// columns.
CK_TARGET ALWAYS_INLINE void transform(const ck_conv *conv, size_t row, size_t column, size_t tiles,
                                       const size_t channels, scratch *s) {
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
        int16_t *out = s->inputs[4 * i] + tile * channels + channel;
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

// The largest of each tile's four results becomes a pooled pixel.
CK_TARGET ALWAYS_INLINE void store_pooled(const ck_conv *conv, const int32_t *sums, size_t channel, ptrdiff_t place) {
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

// Stores those of a tile's four results that are pixels: the first `height` rows and `width` columns.
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

// From V to the codes of `tiles` pooled pixels, where `height` is 0, or of that many rows of `columns` pixels.
CK_TARGET ALWAYS_INLINE void finish_strip(const ck_conv *conv, scratch *s, size_t tiles, const size_t channels,
                                          const size_t groups, ptrdiff_t place, size_t height, size_t columns) {
  const size_t position_size = groups * CK_WINOGRAD_GROUP * CK_BLOCK;
  const int16_t *u = conv->weights;
  for (size_t channel = 0; channel < conv->channels; channel += CK_BLOCK) {
    for (size_t position = 0; position < POSITIONS; position++, u += position_size) {
      const int16_t *x = s->inputs[position];
      int32_t *sums = s->sums[position];
      size_t tile = 0;
      for (; tile + TILES <= tiles; tile += TILES)
        products(x + tile * channels, channels, u, groups, sums + tile * CK_BLOCK, TILES);
      for (; tile + 2 <= tiles; tile += 2)
        products(x + tile * channels, channels, u, groups, sums + tile * CK_BLOCK, 2);
      for (; tile < tiles; tile++) products(x + tile * channels, channels, u, groups, sums + tile * CK_BLOCK, 1);
    }
    for (size_t tile = 0; tile < tiles; tile++) {
      const int32_t *sums = s->sums[0] + tile * CK_BLOCK;
      const ptrdiff_t across = (ptrdiff_t)tile * conv->output_pixel;
      if (height == 0) store_pooled(conv, sums, channel, place + across);
      else store_tile(conv, sums, channel, place + 2 * across, height, columns - 2 * tile);
    }
  }
}

// What makes V of `tiles` tiles from a window's row and column on.
typedef void strip_transform(const ck_conv *conv, size_t row, size_t column, size_t tiles, const size_t channels,
                             scratch *s);

CK_TARGET ALWAYS_INLINE void pooled_rows(const ck_conv *conv, size_t first, size_t end, const size_t groups,
                                         const size_t channels, const size_t strip, strip_transform *fill) {
  scratch s;
  for (size_t row = first; row < end; row++)
    for (size_t column = 0; column < conv->columns; column += strip) {
      size_t tiles = conv->columns - column < strip ? conv->columns - column : strip;
      fill(conv, 2 * row, 2 * column, tiles, channels, &s);
      finish_strip(conv, &s, tiles, channels, groups, ck_place_of(conv, row, column), 0, 0);
    }
}

// Two rows at a time; of the last row and column of an odd number, tiles read one more input beyond.
CK_TARGET ALWAYS_INLINE void plain_rows(const ck_conv *conv, size_t first, size_t end, const size_t groups,
                                        const size_t channels, const size_t strip) {
  scratch s;
  for (size_t row = first; row < end; row += 2)
    for (size_t column = 0; column < conv->columns; column += 2 * strip) {
      const size_t left = conv->columns - column, tiles = left < 2 * strip ? (left + 1) / 2 : strip;
      transform(conv, row, column, tiles, channels, &s);
      finish_strip(conv, &s, tiles, channels, groups, ck_place_of(conv, row, column), end - row < 2 ? 1 : 2, left);
    }
}

CK_TARGET ALWAYS_INLINE void rows_of(const ck_conv *conv, size_t first, size_t end, const size_t groups,
                                     const int pools) {
  const size_t channels = (groups * CK_WINOGRAD_GROUP + LANES16 - 1) / LANES16 * LANES16;
  assert(channels <= CK_WINOGRAD_INPUTS);
  const size_t strip = channels <= 32 ? STRIP : TILES;
  if (pools) pooled_rows(conv, first, end, groups, channels, strip, transform);
  else plain_rows(conv, first, end, groups, channels, strip);
}

CK_TARGET ALWAYS_INLINE void run(const void *operation, size_t first, size_t end, const int pools) {
  const ck_conv copy = *(const ck_conv *)operation, *conv = &copy;
  // Known numbers of input channels unroll.
  if (conv->segment_groups == 16 / CK_WINOGRAD_GROUP) rows_of(conv, first, end, 16 / CK_WINOGRAD_GROUP, pools);
  else if (conv->segment_groups == 32 / CK_WINOGRAD_GROUP) rows_of(conv, first, end, 32 / CK_WINOGRAD_GROUP, pools);
  else rows_of(conv, first, end, conv->segment_groups, pools);
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) { run(operation, first, end, 0); }

CK_TARGET void NAME_POOLED(const void *operation, size_t first, size_t end) { run(operation, first, end, 1); }

#if defined(NAME_RGB)
enum { RGB_CHANNELS = 4, RGB_READ = 6 * RGB_TILES + 10 };  // bytes that transform_rgb reads of each row

CK_TARGET ALWAYS_INLINE void transform_rgb_strip(const ck_conv *conv, size_t row, size_t column, size_t tiles,
                                                 const size_t channels, scratch *s) {
  for (size_t tile = 0; tile < tiles; tile += RGB_TILES) {
    const char *x = (const char *)conv->io.input + (ptrdiff_t)row * conv->input_row + 3 * (column + 2 * tile);
    int16_t *out = s->inputs[0] + channels * tile;
    // A tile is 12 bytes wide. Where the loads would leave the picture, they read a copy.
    size_t inside = 6 * (conv->columns - column / 2 - tile) + 6;
    if (inside >= RGB_READ) {
      transform_rgb(x, conv->input_row, out, ROOM);
    } else {
      char copy[4][RGB_READ] = {{0}};
      for (int i = 0; i < 4; i++) memcpy(copy[i], x + i * conv->input_row, inside);
      transform_rgb(copy[0], RGB_READ, out, ROOM);
    }
  }
}

// The same over 3-channel pixels as they lie, which become four channels.
CK_TARGET void NAME_RGB(const void *operation, size_t first, size_t end) {
  const ck_conv copy = *(const ck_conv *)operation;
  pooled_rows(&copy, first, end, RGB_CHANNELS / CK_WINOGRAD_GROUP, RGB_CHANNELS, STRIP, transform_rgb_strip);
}
#endif
