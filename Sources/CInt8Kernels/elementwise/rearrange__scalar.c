#include "CInt8Kernels.h"

#include <string.h>

// One run of codes through a table, or as they are.
static void copy_run(const ck_rearrange *move, const uint8_t *in, ck_code *out) {
  if (move->table != NULL)
    for (size_t i = 0; i < move->run; i++) out[i] = move->table[in[(ptrdiff_t)i * move->run_stride]];
  else if (move->run_stride == 1) memcpy(out, in, move->run);
  else
    for (size_t i = 0; i < move->run; i++) out[i] = (ck_code)in[(ptrdiff_t)i * move->run_stride];
}

void ck_s8_rearrange__scalar(const void *operation, size_t first, size_t end) {
  const ck_rearrange *move = operation;
  // The place along each axis, and in the input.
  size_t place[CK_REARRANGE_AXES];
  ptrdiff_t at = 0;
  size_t rest = first;
  for (size_t axis = move->axes; axis-- > 0;) {
    place[axis] = rest % move->sizes[axis];
    rest /= move->sizes[axis];
    at += (ptrdiff_t)place[axis] * move->strides[axis];
  }
  ck_code *out = (ck_code *)move->io.output + first * move->run;
  for (size_t i = first; i < end; i++, out += move->run) {
    copy_run(move, (const uint8_t *)move->io.input + at, out);
    for (size_t axis = move->axes; axis-- > 0;) {
      at += move->strides[axis];
      if (++place[axis] < move->sizes[axis]) break;
      at -= (ptrdiff_t)move->sizes[axis] * move->strides[axis];
      place[axis] = 0;
    }
  }
}
