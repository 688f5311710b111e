// The addition and the multiplication of codes one by one: the scalar kernels, and what is left over of a vector.
#ifndef CK_PAIR_CODES_H
#define CK_PAIR_CODES_H

#include "../support/requantize.h"
#include "../support/template.h"

typedef void ck_pair_codes(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out, size_t first,
                           size_t end);

// Equation (S), its products from tables.
static inline void ck_add_codes(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out, size_t first,
                                size_t end) {
  size_t place = first % pair->period;
  for (size_t i = first; i < end; i++) {
    float sum = pair->first[(uint8_t)a[i]] + pair->second[(uint8_t)b[place]];
    out[i] = ck_round_and_clamp(sum, pair->zero_point, pair->low, pair->high);
    if (++place == pair->period) place = 0;
  }
}

// Equation (M). |product| <= 255 * 255.
static inline void ck_multiply_codes(const ck_pair *pair, const ck_code *a, const ck_code *b, ck_code *out,
                                     size_t first, size_t end) {
  size_t place = first % pair->period;
  for (size_t i = first; i < end; i++) {
    int32_t product = (a[i] - pair->zero_points[0]) * (b[place] - pair->zero_points[1]);
    out[i] = ck_round_and_clamp((float)product * pair->multipliers[0], pair->zero_point, pair->low, pair->high);
    if (++place == pair->period) place = 0;
  }
}

// Codes that are several of the second value's periods, and whole vectors of any instruction set.
enum { CK_PAIR_VECTOR = 64, CK_PAIR_REPEATED = 4096 };

// Lays short periods side by side, as many as fill whole vectors, so that few codes are left over of one. Returns how
// many codes that makes: none where they would be too many, or more than are computed.
static inline size_t ck_repeated_period(const ck_pair *pair, size_t count, ck_code *repeated) {
  const size_t period = pair->period, beyond = period % CK_PAIR_VECTOR;
  if (beyond == 0) return 0;
  const size_t divisor = beyond & -beyond, copies = CK_PAIR_VECTOR / divisor, all = copies * period;
  if (all > CK_PAIR_REPEATED || all > count) return 0;
  for (size_t copy = 0; copy < copies; copy++) memcpy(repeated + copy * period, pair->io.other, period);
  return all;
}

// A range of codes, or of rows that lie apart.
ALWAYS_INLINE void ck_pair_rows(const ck_pair *operation, size_t first, size_t end, ck_pair_codes *codes) {
  ck_pair copy = *operation;
  const ck_pair *pair = &copy;
  ck_code repeated[CK_PAIR_REPEATED];
  if (pair->row == 0 || pair->other_row == 0) {
    const size_t period = ck_repeated_period(pair, pair->row == 0 ? end - first : pair->row, repeated);
    if (period > 0) copy.period = period, copy.io.other = repeated;
  }
  const ck_code *a = pair->io.input, *b = pair->io.other;
  ck_code *out = pair->io.output;
  if (pair->row == 0) {
    codes(pair, a, b, out, first, end);
    return;
  }
  for (ptrdiff_t row = (ptrdiff_t)first; row < (ptrdiff_t)end; row++)
    codes(pair, a + row * pair->input_row, b + row * pair->other_row, out + row * pair->output_row, 0, pair->row);
}

#endif
