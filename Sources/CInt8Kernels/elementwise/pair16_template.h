// The sum or the product of two values of words, in plain C of which compilers make vectors. The including file defines
//   NAME      the kernel
//   COMBINE   what becomes of two words

#include "../support/requantize16.h"
#include "../support/template.h"

// A stretch in which the second value does not begin anew.
ALWAYS_INLINE void combine(const ck_pair16 *pair, size_t place, size_t other, size_t count, const int words) {
  const int16_t *a = (const int16_t *)pair->io.input + place, *b = (const int16_t *)pair->io.other + other;
  const float multipliers[2] = {pair->multipliers[0], pair->multipliers[1]};
  void *const output = pair->io.output;
  const ck_result result = pair->result;
  (void)multipliers[1];
  for (size_t i = 0; i < count; i++)
    ck_store_result(output, place + i, COMBINE(a[i], b[i], multipliers), &result, words);
}

void NAME(const void *operation, size_t first, size_t end) {
  const ck_pair16 *pair = operation;
  while (first < end) {
    const size_t other = first % pair->period, left = end - first;
    const size_t count = left < pair->period - other ? left : pair->period - other;
    if (pair->result.words) combine(pair, first, other, count, 1);
    else combine(pair, first, other, count, 0);
    first += count;
  }
}
