// 3x3 convolution of three channels and 2x2 max pooling. A window is three runs of 9 bytes. Two dot products take bytes
// 0...7 of each run from the picture as it lies; the ninth bytes of the runs ("corners") are gathered into a third, so
// that 27 inputs cost 7 dot products and not 9. Two rows of windows share their four rows of pixels.
//
// Over the primitives of support/vector__*.h and support/store__*.h. The including file defines
//   NAME             the kernel
//   TILE             pooled pixels of a tile, 1 or more; what is left over is computed one by one
//   PLAIN_IS_FASTER  whether rgb_tile makes use of ck_requantization.plain
//   gather_corners   corners[4 * window + r] = x[r * row + 3 * window + 8], the ninth bytes of four rows side by side
//   rgb_block        the weights of a block of channels
//   load_block       gives them, from `channel` on
//   rgb_tile         computes and stores a block of channels of `pixels` (TILE or 1) pooled pixels

enum { STRIP = 256 };  // windows whose corners are gathered at a time

// One strip of pooled pixels of one row, for one block of channels.
CK_TARGET ALWAYS_INLINE void rgb_strip(const ck_conv *conv, size_t channel, const ck_code *x, const ck_code *corners,
                                       size_t columns, ptrdiff_t place, const int plain) {
  const rgb_block block = load_block(conv, channel);
  size_t column = 0;
  while (column < columns && columns >= TILE) {
    // The last tile begins earlier, so that it is whole; what it computes twice comes out the same.
    if (column + TILE > columns) column = columns - TILE;
    rgb_tile(conv, &block, x + 6 * column, corners + 8 * column, channel,
             place + (ptrdiff_t)column * conv->output_pixel, TILE, plain);
    column += TILE;
  }
  for (; column < columns; column++)
    rgb_tile(conv, &block, x + 6 * column, corners + 8 * column, channel,
             place + (ptrdiff_t)column * conv->output_pixel, 1, plain);
}

CK_TARGET ALWAYS_INLINE void rgb_rows(const ck_conv *conv, size_t first, size_t end, const int plain) {
  ck_code corners[4 * STRIP];
  for (size_t row = first; row < end; row++) {
    const ck_code *line = (const ck_code *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row;
    for (size_t column = 0; column < conv->columns; column += STRIP / 2) {
      size_t columns = conv->columns - column < STRIP / 2 ? conv->columns - column : STRIP / 2;
      const ck_code *x = line + 6 * column;
      gather_corners(x, conv->input_row, 2 * columns, corners);
      for (size_t channel = 0; channel < conv->channels; channel += CK_BLOCK)
        rgb_strip(conv, channel, x, corners, columns, ck_place_of(conv, row, column), plain);
    }
  }
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_conv copy = *(const ck_conv *)operation, *conv = &copy;
  if (PLAIN_IS_FASTER && conv->requantization.plain) rgb_rows(conv, first, end, 1);
  else rgb_rows(conv, first, end, 0);
}
