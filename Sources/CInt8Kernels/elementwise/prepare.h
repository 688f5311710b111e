// The frame around prepared rows, shared by all variants; they bring the copy of a row's inside.
#ifndef CK_PREPARE_H
#define CK_PREPARE_H

#include "../support/template.h"

typedef void ck_copy_codes(const ck_prepare *prepare, const uint8_t *in, void *out, size_t count);

static inline char *ck_fill_border(const ck_prepare *prepare, char *out, size_t count) {
  if (!prepare->widen) {
    memset(out, prepare->border, count);
    return out + count;
  }
  int16_t *words = (int16_t *)out;
  for (size_t i = 0; i < count; i++) words[i] = (int16_t)prepare->border;
  return out + 2 * count;
}

ALWAYS_INLINE void ck_prepare_rows(const ck_prepare *prepare, size_t first, size_t end, ck_copy_codes *copy) {
  size_t inside = prepare->width * prepare->channels;
  size_t left = prepare->pad_left * prepare->channels;
  size_t right = prepare->pad_right * prepare->channels;
  size_t bytes = prepare->widen ? 2 : 1;
  size_t input_row = inside * (prepare->from_words ? 2 : 1);
  for (size_t row = first; row < end; row++) {
    char *out = (char *)prepare->io.output + row * (left + inside + right) * bytes;
    if (row < prepare->pad_top || row >= prepare->pad_top + prepare->height) {
      ck_fill_border(prepare, out, left + inside + right);
      continue;
    }
    out = ck_fill_border(prepare, out, left);
    copy(prepare, (const uint8_t *)prepare->io.input + (row - prepare->pad_top) * input_row, out, inside);
    ck_fill_border(prepare, out + inside * bytes, right);
  }
}

#endif
