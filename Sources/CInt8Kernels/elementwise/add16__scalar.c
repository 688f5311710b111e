#define NAME ck_qs16_add__scalar
#define COMBINE(a, b, multipliers) ((float)(a) * (multipliers)[0] + (float)(b) * (multipliers)[1])

#include "pair16_template.h"
