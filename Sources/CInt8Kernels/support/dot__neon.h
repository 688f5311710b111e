// The multiply-adds of plain NEON. Two products fit in 16 bits, since -128 is no weight (2 * 128 * 127 = 32512), so
// smull, smlal2 and sadalp do 16 multiply-adds.
//
// They are written as assembly four at a time: compilers reorder intrinsics until the accumulators no longer fit in
// the registers, which doubles the instructions. For the same reason no load moves across one (the memory clobber).
#ifndef CK_DOT_NEON_H
#define CK_DOT_NEON_H

#include "vector__neon.h"

// Defines a function by which each of four accumulators gains the products of 16 inputs with the same 16 weights,
// neighbouring lanes added. `add` is sadalp, or saddlp for accumulators that hold nothing yet.
// clang-format off
#define CK_DOT16_BY_4(name, add, constraint)                                                                           \
  ALWAYS_INLINE void name(int32x4_t *a, int32x4_t *b, int32x4_t *c, int32x4_t *d, int8x16_t xa, int8x16_t xb,          \
                          int8x16_t xc, int8x16_t xd, int8x16_t w) {                                                   \
    int16x8_t ta, tb, tc, td;                                                                                          \
    __asm__ volatile(                                                                                                  \
        "smull %[ta].8h, %[xa].8b, %[w].8b\n\t"                                                                        \
        "smull %[tb].8h, %[xb].8b, %[w].8b\n\t"                                                                        \
        "smull %[tc].8h, %[xc].8b, %[w].8b\n\t"                                                                        \
        "smull %[td].8h, %[xd].8b, %[w].8b\n\t"                                                                        \
        "smlal2 %[ta].8h, %[xa].16b, %[w].16b\n\t"                                                                     \
        "smlal2 %[tb].8h, %[xb].16b, %[w].16b\n\t"                                                                     \
        "smlal2 %[tc].8h, %[xc].16b, %[w].16b\n\t"                                                                     \
        "smlal2 %[td].8h, %[xd].16b, %[w].16b\n\t"                                                                     \
        add " %[a].4s, %[ta].8h\n\t"                                                                                   \
        add " %[b].4s, %[tb].8h\n\t"                                                                                   \
        add " %[c].4s, %[tc].8h\n\t"                                                                                   \
        add " %[d].4s, %[td].8h"                                                                                       \
        : [a] constraint(*a), [b] constraint(*b), [c] constraint(*c), [d] constraint(*d), [ta] "=&w"(ta),              \
          [tb] "=&w"(tb), [tc] "=&w"(tc), [td] "=&w"(td)                                                               \
        : [xa] "w"(xa), [xb] "w"(xb), [xc] "w"(xc), [xd] "w"(xd), [w] "w"(w)                                           \
        : "memory");                                                                                                   \
  }
// clang-format on

CK_DOT16_BY_4(ck_dot16_by_4__neon, "sadalp", "+w")
CK_DOT16_BY_4(ck_first16_by_4__neon, "saddlp", "=&w")

// Defines a function by which four accumulators of four channels each gain four inputs times 16 channels: `x0` and `x1`
// repeat a pair of inputs, `w` is [pair][channel][2]. `add` is sadalp, or saddlp for accumulators that hold nothing
// yet.
// clang-format off
#define CK_DOT4_BY_16(name, add, constraint)                                                                           \
  ALWAYS_INLINE void name(int32x4_t acc[4], int8x16_t x0, int8x16_t x1, const int8x16_t w[4]) {                        \
    int16x8_t ta, tb, tc, td;                                                                                          \
    __asm__ volatile(                                                                                                  \
        "smull %[ta].8h, %[x0].8b, %[w0].8b\n\t"                                                                       \
        "smull2 %[tb].8h, %[x0].16b, %[w0].16b\n\t"                                                                    \
        "smull %[tc].8h, %[x0].8b, %[w1].8b\n\t"                                                                       \
        "smull2 %[td].8h, %[x0].16b, %[w1].16b\n\t"                                                                    \
        "smlal %[ta].8h, %[x1].8b, %[w2].8b\n\t"                                                                       \
        "smlal2 %[tb].8h, %[x1].16b, %[w2].16b\n\t"                                                                    \
        "smlal %[tc].8h, %[x1].8b, %[w3].8b\n\t"                                                                       \
        "smlal2 %[td].8h, %[x1].16b, %[w3].16b\n\t"                                                                    \
        add " %[a].4s, %[ta].8h\n\t"                                                                                   \
        add " %[b].4s, %[tb].8h\n\t"                                                                                   \
        add " %[c].4s, %[tc].8h\n\t"                                                                                   \
        add " %[d].4s, %[td].8h"                                                                                       \
        : [a] constraint(acc[0]), [b] constraint(acc[1]), [c] constraint(acc[2]), [d] constraint(acc[3]),              \
          [ta] "=&w"(ta), [tb] "=&w"(tb), [tc] "=&w"(tc), [td] "=&w"(td)                                               \
        : [x0] "w"(x0), [x1] "w"(x1), [w0] "w"(w[0]), [w1] "w"(w[1]), [w2] "w"(w[2]), [w3] "w"(w[3])                   \
        : "memory");                                                                                                   \
  }
// clang-format on

CK_DOT4_BY_16(ck_dot4_by_16__neon, "sadalp", "+w")
CK_DOT4_BY_16(ck_first4_by_16__neon, "saddlp", "=&w")

#endif
