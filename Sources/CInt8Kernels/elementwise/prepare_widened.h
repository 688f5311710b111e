// The copy of a row's inside on x86, where a pixel is its own code: pixels and codes are copied alike, and kernels may
// want them as 16-bit words. The including file defines NAME and convert_16, as prepare_template.h says.

#define CONVERTS(prepare) ((prepare)->widen)
#define OUT int16_t

static inline int16_t convert(uint8_t code) { return code; }

#include "prepare_template.h"
