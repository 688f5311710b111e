#include "CInt8Kernels.h"

#include <string.h>

// Runs that begin side by side, of codes that lie `stride` apart: as where channels are shuffled. `run` is a constant
// wherever this is inlined, so that compilers make vectors of it.
static inline void interleave(const uint8_t *restrict in, ptrdiff_t stride, size_t runs, const size_t run,
                              ck_code *restrict out) {
  for (size_t r = 0; r < runs; r++)
    for (size_t i = 0; i < run; i++) out[r * run + i] = (ck_code)in[(ptrdiff_t)r + (ptrdiff_t)i * stride];
}

enum { BLOCK = 16 };

// Runs along the last axis, `step` codes from one to the next.
static void copy_runs(const ck_rearrange *move, const uint8_t *in, ptrdiff_t step, size_t runs, ck_code *out) {
  const ptrdiff_t stride = move->run_stride;
  if (move->run_stride == 1) {
    size_t r = 0;
    // Short runs by blocks, which reach into slack or neighbours, and into the next runs' places before those come.
    if (move->run <= BLOCK)
      for (; (runs - r) * move->run >= BLOCK; r++) memcpy(out + r * move->run, in + (ptrdiff_t)r * step, BLOCK);
    for (; r < runs; r++) memcpy(out + r * move->run, in + (ptrdiff_t)r * step, move->run);
  } else if (step == 1 && move->run == 2) {
    interleave(in, stride, runs, 2, out);
  } else if (step == 1 && move->run == 3) {
    interleave(in, stride, runs, 3, out);
  } else if (step == 1 && move->run == 4) {
    interleave(in, stride, runs, 4, out);
  } else {
    for (size_t r = 0; r < runs; r++)
      for (size_t i = 0; i < move->run; i++) *out++ = (ck_code)in[(ptrdiff_t)r * step + (ptrdiff_t)i * stride];
  }
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
  // Runs along the last axis at once, as far as it goes.
  const size_t last = move->axes - 1;
  const ptrdiff_t step = move->axes > 0 ? move->strides[last] : 0;
  ck_code *out = (ck_code *)move->io.output + first * move->run;
  for (size_t i = first, runs; i < end; i += runs) {
    const size_t along = move->axes > 0 ? move->sizes[last] - place[last] : 1, left = end - i;
    runs = along < left ? along : left;
    copy_runs(move, (const uint8_t *)move->io.input + at, step, runs, out);
    if (move->table != NULL)
      for (size_t c = 0; c < runs * move->run; c++) out[c] = move->table[(uint8_t)out[c]];
    out += runs * move->run;
    if (move->axes == 0) continue;
    at += (ptrdiff_t)(runs - 1) * step;
    place[last] += runs - 1;
    for (size_t axis = move->axes; axis-- > 0;) {
      at += move->strides[axis];
      if (++place[axis] < move->sizes[axis]) break;
      at -= (ptrdiff_t)move->sizes[axis] * move->strides[axis];
      place[axis] = 0;
    }
  }
}
