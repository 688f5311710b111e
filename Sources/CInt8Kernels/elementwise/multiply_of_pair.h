// Equation (M). The product of two codes less their zero points is at most 255 * 255 < 2^24, so that floats hold it
// without rounding.
#define SCALAR ck_multiply_codes
#define COMBINE(first, second, multipliers) multiply_floats(multiply_floats(first, second), (multipliers)[0])

#include "pair_template.h"
