// Equation (S): two multiplications and an addition.
#define SCALAR ck_add_codes
#define COMBINE(first, second, multipliers) \
  add_floats(multiply_floats(first, (multipliers)[0]), multiply_floats(second, (multipliers)[1]))

#include "pair_template.h"
