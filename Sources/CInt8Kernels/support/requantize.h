// Equation (3) of the design for one accumulator: one conversion, one multiplication, one conversion, each rounding to
// nearest even.
#ifndef CK_REQUANTIZE_H
#define CK_REQUANTIZE_H

#include "CInt8Kernels.h"

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

// Beyond this magnitude every product clamps, whatever the zero point; conversions stay in range.
#define CK_PRODUCT_LIMIT 1024.0f

// A product, kept within a limit and rounded. Adding and taking off 1.5 * 2^23, behind whose point a float has no bits,
// rounds to nearest even, and compilers make vectors of it.
static inline int32_t ck_round_within(float product, float limit) {
  product = product > limit ? limit : product;
  product = product < -limit ? -limit : product;
  return (int32_t)((product + 12582912.0f) - 12582912.0f);
}

static inline ck_code ck_round_and_clamp(float product, int32_t zero_point, int32_t low, int32_t high) {
  int32_t code = ck_round_within(product, CK_PRODUCT_LIMIT) + zero_point;
  code = code < low ? low : code;
  code = code > high ? high : code;
  return (ck_code)code;
}

static inline ck_code ck_requantize(int32_t accumulator, const ck_requantization *r, size_t channel) {
  return ck_round_and_clamp((float)accumulator * r->multipliers[channel], r->zero_point, r->low, r->high);
}

// Where one result goes: to the raw accumulators, or as a code to the output.
static inline void ck_store(const ck_io *io, const ck_requantization *r, ptrdiff_t place, size_t channel,
                            int32_t accumulator) {
  if (io->accumulators) io->accumulators[place] = accumulator;
  else ((ck_code *)io->output)[place] = ck_requantize(accumulator, r, channel);
}

#endif
