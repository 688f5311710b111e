// The codes of two values, as far as one begins anew, by steps of vectors. The including file defines CK_TARGET.
#include "pair_codes.h"

#ifndef CK_PAIR_SPANS_H
#define CK_PAIR_SPANS_H

// Computes and stores `count` vectors of codes, 1 or 2: a constant wherever this is inlined.
typedef void pair_steps(const void *constants, const ck_code *a, const ck_code *b, ck_code *out, const int count);

// Codes first ..< end: `lanes` of them a step, and what is left over by `scalar`.
CK_TARGET ALWAYS_INLINE void pair_spans(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out,
                                        size_t first, size_t end, pair_steps *steps, const void *constants,
                                        const size_t lanes, ck_pair_codes *scalar) {
  const size_t period = pair->period;
  while (first < end) {
    size_t place = first % period, left = end - first, count = left < period - place ? left : period - place, i = 0;
    for (; i + 2 * lanes <= count; i += 2 * lanes) steps(constants, a + first + i, b + place + i, out + first + i, 2);
    for (; i + lanes <= count; i += lanes) steps(constants, a + first + i, b + place + i, out + first + i, 1);
    if (i < count) scalar(pair, a, b, out, first + i, first + count);
    first += count;
  }
}

#endif
