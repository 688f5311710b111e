// The sums of tiles whose lanes are channels, window by window.

// Equation (4): requantization is monotonic, so pooling before it gives the same code as pooling after it.
CK_TARGET ALWAYS_INLINE void tile_sums(conv_sums acc, const int side, const int columns, int p, const int vectors,
                                       V32 sums[WIDE_VECTORS]) {
  UNROLL_FOR (int v = 0; v < vectors; v++) {
    if (side == 1) sums[v] = acc[p][v];
    else sums[v] = max32(max32(acc[p][v], acc[p + 1][v]), max32(acc[columns + p][v], acc[columns + p + 1][v]));
  }
}
