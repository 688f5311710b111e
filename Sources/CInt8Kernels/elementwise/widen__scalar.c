#include "prepare.h"

// Words are copied, and codes become words less their zero point, which pixels do not have: plain C, of which compilers
// make vectors.
static void copy_words(const ck_prepare *prepare, const uint8_t *in, void *out, size_t count) {
  int16_t *words = out;
  const int16_t subtrahend = (int16_t)prepare->subtrahend;
  if (prepare->from_words) {
    memcpy(words, in, count * sizeof *words);
  } else if (prepare->from_pixels) {
    for (size_t i = 0; i < count; i++) words[i] = in[i];
  } else {
    const ck_code *codes = (const ck_code *)in;
    for (size_t i = 0; i < count; i++) words[i] = (int16_t)(codes[i] - subtrahend);
  }
}

void ck_s16_widen__scalar(const void *operation, size_t first, size_t end) {
  ck_prepare_rows(operation, first, end, copy_words);
}
