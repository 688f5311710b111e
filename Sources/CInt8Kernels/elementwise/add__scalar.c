#include "../support/requantize.h"

void ck_qs8_add__scalar(const void *operation, size_t first, size_t end) {
  const ck_add *add = operation;
  const uint8_t *a = add->io.input;
  const uint8_t *b = add->io.other;
  ck_code *out = add->io.output;
  for (size_t i = first; i < end; i++)
    out[i] = ck_round_and_clamp(add->first[a[i]] + add->second[b[i]], add->zero_point, add->low, add->high);
}
