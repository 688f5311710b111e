// The products of winograd_template.h on NEON: an input, a lane of a vector, by 16 channels. The includer defines
// TILES.
#ifndef CK_WINOGRAD_NEON_H
#define CK_WINOGRAD_NEON_H

#include "../support/store__neon.h"

#define CK_WINOGRAD_GROUP 8
#define SMALL

// One input of a tile times 16 channels. Assembly, for the reason that support/dot__neon.h gives.
// clang-format off
#define LANE(operation, lane, constraint)                                            \
  __asm__ volatile(operation " %[a].4s, %[w0].4h, %[x].h[" #lane "]\n\t"             \
                   operation "2 %[b].4s, %[w0].8h, %[x].h[" #lane "]\n\t"            \
                   operation " %[c].4s, %[w1].4h, %[x].h[" #lane "]\n\t"             \
                   operation "2 %[d].4s, %[w1].8h, %[x].h[" #lane "]"                \
                   : [a] constraint(acc[t][0]), [b] constraint(acc[t][1]),           \
                     [c] constraint(acc[t][2]), [d] constraint(acc[t][3])            \
                   : [x] "x"(x[t]), [w0] "w"(w0), [w1] "w"(w1)                       \
                   : "memory")
// clang-format on

#define STEP(lane)                                                                  \
  do {                                                                              \
    const V16 w0 = vld1q_s16(u + 16 * (lane)), w1 = vld1q_s16(u + 16 * (lane) + 8); \
    UNROLL_FOR (int t = 0; t < tiles; t++) {                                        \
      if ((lane) == 0 && begins) LANE("smull", lane, "=&w");                        \
      else LANE("smlal", lane, "+w");                                               \
    }                                                                               \
  } while (0)

// Eight inputs of some tiles; `begins` says that the accumulators hold nothing yet.
ALWAYS_INLINE void eight_inputs(const int16_t *v, size_t tile_step, const int16_t *u, V32 acc[TILES][4],
                                const int tiles, const int begins) {
  V16 x[TILES];
  UNROLL_FOR (int t = 0; t < tiles; t++) x[t] = vld1q_s16(v + (size_t)t * tile_step);
  STEP(0);
  STEP(1);
  STEP(2);
  STEP(3);
  STEP(4);
  STEP(5);
  STEP(6);
  STEP(7);
}

// m[tile][channel] = sum over inputs of v[tile][input] * u[input][channel]
ALWAYS_INLINE void products(const int16_t *v, size_t tile_step, const int16_t *u, const size_t groups, int32_t *m,
                            const int tiles) {
  V32 acc[TILES][4];
  eight_inputs(v, tile_step, u, acc, tiles, 1);
  for (size_t group = 1; group < groups; group++)
    eight_inputs(v + 8 * group, tile_step, u + CK_BLOCK * 8 * group, acc, tiles, 0);
  UNROLL_FOR (int t = 0; t < tiles; t++) {
    UNROLL_FOR (int i = 0; i < 4; i++) store32(m + t * CK_BLOCK + 4 * i, acc[t][i]);
  }
}

#endif
