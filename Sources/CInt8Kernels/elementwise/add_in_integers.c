#include "pair_codes.h"

#include <math.h>

// Multipliers are tried from the nearest integers up to this many beside them.
enum { BESIDE = 3, MOST_CLOSE = 512 };

// A pair of codes whose sum lies so close to where rounding changes that some of the integers may round otherwise.
typedef struct {
  int32_t a, b;  // less their zero points
  ck_code wanted;
} close_pair;

static ck_code in_integers(const ck_pair *pair, int64_t sum) {
  const int64_t code = ((sum + ((int64_t)1 << (pair->shift - 1))) >> pair->shift) + pair->zero_point;
  return (ck_code)(code < pair->low ? pair->low : code > pair->high ? pair->high : code);
}

static int64_t sum_of(const ck_pair *pair, int32_t a, int32_t b) {
  return (int64_t)a * pair->integers[0] + (int64_t)b * pair->integers[1];
}

// Finds the pairs that are close; returns how many, or -1 where there are too many, or where one that is not differs.
static int find_close(const ck_pair *pair, close_pair close[MOST_CLOSE]) {
  // As far as the sum moves with the integers.
  const int64_t reach = 2 * 255 * BESIDE, whole = (int64_t)1 << pair->shift, half = whole / 2;
  int count = 0;
  for (int i = 0; i < 256; i++)
    for (int j = 0; j < 256; j++) {
      const int32_t a = (ck_code)i - pair->zero_points[0], b = (ck_code)j - pair->zero_points[1];
      const ck_code wanted = ck_round_and_clamp(pair->first[i] + pair->second[j], pair->zero_point, pair->low,
                                                pair->high);
      const int64_t sum = sum_of(pair, a, b), place = (sum + half) & (whole - 1);
      if (place >= reach && place < whole - reach) {
        if (in_integers(pair, sum) != wanted) return -1;
      } else if (count == MOST_CLOSE) {
        return -1;
      } else {
        close[count++] = (close_pair){a, b, wanted};
      }
    }
  return count;
}

static int all_agree(const ck_pair *pair, const close_pair *close, int count) {
  for (int i = 0; i < count; i++)
    if (in_integers(pair, sum_of(pair, close[i].a, close[i].b)) != close[i].wanted) return 0;
  return 1;
}

// The largest shift with which sums, and those of the integers beside, stay within 32 bits; 0 where there is none.
static int shift_of(const float multipliers[2]) {
  for (int shift = 23; shift > 16; shift--)
    if (255 * (((double)multipliers[0] + multipliers[1]) * (1 << shift) + 2 * (BESIDE + 1)) < 0x1p31) return shift;
  return 0;
}

static void take_nearest(ck_pair *pair) {
  for (int i = 0; i < 2; i++) pair->integers[i] = (int32_t)lrint((double)pair->multipliers[i] * (1 << pair->shift));
}

static int all_pairs_agree(const ck_pair *pair) {
  for (int i = 0; i < 256; i++)
    for (int j = 0; j < 256; j++) {
      const int64_t sum = sum_of(pair, (ck_code)i - pair->zero_points[0], (ck_code)j - pair->zero_points[1]);
      const ck_code wanted = ck_round_and_clamp(pair->first[i] + pair->second[j], pair->zero_point, pair->low,
                                                pair->high);
      if (in_integers(pair, sum) != wanted) return 0;
    }
  return 1;
}

void ck_add_in_words(ck_pair *pair) {
  const double largest = fmax(pair->multipliers[0], pair->multipliers[1]);
  pair->shift = CK_MOST_WORD_SHIFT;
  while (pair->shift >= CK_LEAST_WORD_SHIFT && largest * (1 << pair->shift) > INT16_MAX) pair->shift--;
  if (pair->shift >= CK_LEAST_WORD_SHIFT) {
    take_nearest(pair);
    if (all_pairs_agree(pair)) return;
  }
  pair->shift = 0;
}

void ck_add_in_integers(ck_pair *pair) {
  ck_add_in_words(pair);
  if (pair->shift > 0) return;
  pair->shift = shift_of(pair->multipliers);
  if (pair->shift == 0) return;
  take_nearest(pair);
  const int32_t nearest[2] = {pair->integers[0], pair->integers[1]};
  close_pair close[MOST_CLOSE];
  const int count = find_close(pair, close);
  for (int beside = 0; count >= 0 && beside < (2 * BESIDE + 1) * (2 * BESIDE + 1); beside++) {
    pair->integers[0] = nearest[0] + beside / (2 * BESIDE + 1) - BESIDE;
    pair->integers[1] = nearest[1] + beside % (2 * BESIDE + 1) - BESIDE;
    if (all_agree(pair, close, count)) return;
  }
  pair->shift = 0;
}
