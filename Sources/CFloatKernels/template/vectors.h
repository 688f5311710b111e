// What the templates are written in. The including file defines, for its instruction set:
//   LANES        floats of one vector register
//   TILE_WIDE    positions of a tile of two vectors of channels
//   TILE_MIDDLE  positions of the tile that takes what wide ones leave
//   TILE_NARROW  positions of a tile of one vector of channels
//   MOST_SUMS    sums kept in registers by the kernels that run over taps
#include <assert.h>
#include <string.h>

#include "../include/CFloatKernels.h"

#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))
#define UNROLL_FOR _Pragma("clang loop unroll(full)") for

typedef float vec __attribute__((ext_vector_type(LANES)));
typedef vec vec_at __attribute__((aligned(4), may_alias));
typedef int32_t vec_int __attribute__((ext_vector_type(LANES)));
typedef vec_int vec_int_at __attribute__((aligned(4), may_alias));
typedef uint8_t vec_byte __attribute__((ext_vector_type(LANES)));
typedef vec_byte vec_byte_at __attribute__((aligned(1), may_alias));

#define LOAD(address) (*(const vec_at *)(address))
#define STORE(address, value) (*(vec_at *)(address) = (value))
#define SPLAT(scalar) ((vec)(scalar))
#define FMA(a, b, c) __builtin_elementwise_fma((a), (b), (c))

// Square roots are IEEE's: the same to the bit, lane by lane or all at once. Compilers before Clang 19 know only the
// former.
#if __has_builtin(__builtin_elementwise_sqrt)
#define SQRT(v) __builtin_elementwise_sqrt(v)
#else
static inline vec square_roots(vec v) {
  for (int lane = 0; lane < LANES; lane++) v[lane] = __builtin_sqrtf(v[lane]);
  return v;
}
#define SQRT(v) square_roots(v)
#endif

// a where a comparison was true, b elsewhere.
INLINE vec_int choose_int(vec_int which, vec_int a, vec_int b) { return (which & a) | (~which & b); }
INLINE vec choose(vec_int which, vec a, vec b) { return (vec)choose_int(which, (vec_int)a, (vec_int)b); }

// NaN compares false and so passes both.
INLINE vec clamped(vec x, vec low, vec high) { return choose(x < low, low, choose(x > high, high, x)); }
