#include "../support/requantize.h"

void ck_qs8_multiply__scalar(const void *operation, size_t first, size_t end) {
  const ck_pair *pair = operation;
  const ck_code *a = pair->io.input, *b = pair->io.other;
  ck_code *out = pair->io.output;
  size_t place = first % pair->period;
  for (size_t i = first; i < end; i++) {
    // |product| <= 255 * 255.
    int32_t product = (a[i] - pair->zero_points[0]) * (b[place] - pair->zero_points[1]);
    out[i] = ck_round_and_clamp((float)product * pair->multipliers[0], pair->zero_point, pair->low, pair->high);
    if (++place == pair->period) place = 0;
  }
}
