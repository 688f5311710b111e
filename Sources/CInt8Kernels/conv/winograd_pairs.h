// The products of winograd_template.h where one instruction multiplies pairs of 16-bit inputs by pairs of weights and
// adds both products (pmaddwd), with AVX-VNNI to sums too (vpdpwssd). Transforming in 16 bits more than makes up for
// the width: multiplying bytes would saturate (2 * 255 * 127 > 32767). The includer brings the names of
// support/vector__*.h, and defines TILES and TILE_VECTORS: how many tiles and vectors of channels are summed at once.
#define CK_WINOGRAD_GROUP 2

// m[tile][channel] = sum over groups of v[tile][group] . u[group][channel], pairs times pairs.
CK_TARGET ALWAYS_INLINE void products(const int16_t *v, size_t tile_step, const int16_t *u, const size_t groups,
                                      int32_t *m, const int tiles) {
  for (int lane = 0; lane < CK_BLOCK; lane += TILE_VECTORS * LANES32) {
    V32 acc[TILES][TILE_VECTORS], weights[TILE_VECTORS];
    const int16_t *w = u + 2 * lane;
    for (size_t group = 0; group < groups; group++, w += 2 * CK_BLOCK) {
      UNROLL_FOR (int i = 0; i < TILE_VECTORS; i++) weights[i] = load32(w + 2 * LANES32 * i);
      UNROLL_FOR (int t = 0; t < tiles; t++) {
        V32 x = broadcast32(v + (size_t)t * tile_step + 2 * group);
        UNROLL_FOR (int i = 0; i < TILE_VECTORS; i++) {
          acc[t][i] = group == 0 ? multiply_pairs(x, weights[i]) : add_pairs(acc[t][i], x, weights[i]);
        }
      }
    }
    UNROLL_FOR (int t = 0; t < tiles; t++) {
      UNROLL_FOR (int i = 0; i < TILE_VECTORS; i++) store32(m + t * CK_BLOCK + lane + LANES32 * i, acc[t][i]);
    }
  }
}
