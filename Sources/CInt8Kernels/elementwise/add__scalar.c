#include "../support/requantize.h"

void ck_qs8_add__scalar(const void *operation, size_t first, size_t end) {
  const ck_pair *pair = operation;
  const uint8_t *a = pair->io.input;
  const uint8_t *b = pair->io.other;
  ck_code *out = pair->io.output;
  size_t place = first % pair->period;
  for (size_t i = first; i < end; i++) {
    float sum = pair->first[a[i]] + pair->second[b[place]];
    out[i] = ck_round_and_clamp(sum, pair->zero_point, pair->low, pair->high);
    if (++place == pair->period) place = 0;
  }
}
