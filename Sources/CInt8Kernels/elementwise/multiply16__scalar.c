#define NAME ck_qs16_multiply__scalar
// |a * b| < 2^30
#define COMBINE(a, b, multipliers) ((float)((int32_t)(a) * (b)) * (multipliers)[0])

#include "pair16_template.h"
