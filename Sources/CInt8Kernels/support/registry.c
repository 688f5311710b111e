#include "CInt8Kernels.h"
#include "CThreads.h"

#include <sys/mman.h>

#define CK_KERNEL(function, op, isa, group, weight_bytes, activation_bytes) ck_run function;
#include "../kernels.inc"
#undef CK_KERNEL

#define CK_KERNEL(function, op, isa, group, weight_bytes, activation_bytes) \
  {#function, CK_OP_##op, CCPU_##isa, group, weight_bytes, activation_bytes, function},
static const ck_kernel kernels[] = {
#include "../kernels.inc"
};
#undef CK_KERNEL

size_t ck_kernel_count(void) { return sizeof kernels / sizeof kernels[0]; }

const ck_kernel *ck_kernel_at(size_t index) { return &kernels[index]; }

void ck_prefer_large_pages(void *block, size_t bytes) { madvise(block, bytes, MADV_HUGEPAGE); }

static size_t part_start(const ck_step *step, size_t index) {
  if (index == step->parts) return step->rows;
  size_t start = step->rows * index / step->parts;
  return start / step->alignment * step->alignment;
}

void ck_step_run(void *context, size_t index) {
  const ck_step *step = context;
  size_t first = part_start(step, index);
  size_t end = part_start(step, index + 1);
  if (first < end) step->run(step->operation, first, end);
}

void ck_band_run(void *context, size_t index) {
  const ck_band *band = (const ck_band *)context + index;
  if (band->nanoseconds == NULL) {
    for (const ck_slice *s = band->slices; s < band->slices + band->count; s++) s->run(s->operation, s->first, s->end);
    return;
  }
  uint64_t before = ct_now();
  for (const ck_slice *s = band->slices; s < band->slices + band->count; s++) {
    s->run(s->operation, s->first, s->end);
    uint64_t after = ct_now();
    band->nanoseconds[s->layer] += after - before;
    before = after;
  }
}
