// How every dense kernel that reads words leaves one result: a raw accumulator for logits, a word or a code.
#include "../support/requantize16.h"

static inline void ck_dense_store(const ck_dense *dense, size_t output, int32_t acc) {
  ck_store16(&dense->io, &dense->requantization, (ptrdiff_t)output, output, acc);
}
