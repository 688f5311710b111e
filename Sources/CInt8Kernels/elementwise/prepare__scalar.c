#include "prepare.h"

static void copy_codes(const ck_prepare *prepare, const uint8_t *in, void *out, size_t count) {
  // A pixel's code is pixel - 128 (equation 5), stored as q + CK_CODE_OFFSET.
  int32_t shift = prepare->from_pixels ? CK_CODE_OFFSET - 128 : 0;
  for (size_t i = 0; i < count; i++) {
    int32_t code = prepare->from_pixels ? in[i] + shift : ((const ck_code *)in)[i];
    if (prepare->widen) ((int16_t *)out)[i] = (int16_t)code;
    else ((ck_code *)out)[i] = (ck_code)code;
  }
}

void ck_s8_prepare__scalar(const void *operation, size_t first, size_t end) {
  ck_prepare_rows(operation, first, end, copy_codes);
}
