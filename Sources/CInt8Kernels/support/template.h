// What the templates are written with. A template (*_template.h) holds the loop of an operator, once; vector__*.h and
// store__*.h name what one instruction set offers, so that the same loop compiles for each; a kernel's own file joins
// the two and sets the sizes of its tiles.
//
// Convolutions begin with a copy of their operation: as far as compilers know, a store of codes, which are bytes, may
// change the original, so that all of it would be loaded again behind every store.
#ifndef CK_TEMPLATE_H
#define CK_TEMPLATE_H

#include "CInt8Kernels.h"

#include <string.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL_FOR _Pragma("clang loop unroll(full)") for

#endif
