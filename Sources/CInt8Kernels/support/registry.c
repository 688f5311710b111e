#include "CInt8Kernels.h"
#include "CThreads.h"

#include <string.h>
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

// Where part `index` of `parts` begins, of `rows` rows cut at multiples of `unit`.
static size_t part_start(size_t rows, size_t unit, size_t index, size_t parts) {
  size_t units = (rows + unit - 1) / unit;
  size_t start = units * index / parts * unit;
  return start < rows ? start : rows;
}

// A few pixels mostly, for which a call would cost more than they do: by blocks of 16, the last over the one before.
static inline void fill(ck_code *out, size_t count, const ck_code block[16]) {
  if (count < 16) {
    for (size_t i = 0; i < count; i++) out[i] = block[i];
    return;
  }
  for (size_t i = 0; i + 16 <= count; i += 16) memcpy(out + i, block, 16);
  memcpy(out + count - 16, block, 16);
}

// The border around rows first ..< end. What lies to the right of a row and to the left of the next is one run.
static void fill_border(const ck_frame *frame, ck_code *inside, size_t first, size_t end) {
  ck_code block[16];
  memset(block, frame->border, sizeof block);
  const size_t sides = frame->left + frame->right;
  ck_code *row = inside + (ptrdiff_t)first * frame->row;
  if (first == 0) {
    size_t count = frame->top * (size_t)frame->row + frame->left;
    fill(row - count, count, block);
  }
  if (first > 0) fill(row - frame->left, frame->left, block);
  for (size_t i = first; i < end; i++, row += frame->row) {
    int is_last = i + 1 == end;
    fill(row + frame->inside, is_last ? frame->right : sides, block);
  }
  if (end == frame->height) fill(row - frame->left, frame->bottom * (size_t)frame->row, block);
}

static void run_rows(ck_run *run, const void *operation, const ck_frame *frame, size_t first, size_t end) {
  run(operation, first, end);
  if (frame) fill_border(frame, ((const ck_io *)operation)->output, first, end);
}

void ck_step_run(void *context, size_t first, size_t end) {
  const ck_step *step = context;
  size_t first_row = part_start(step->rows, step->alignment, first, step->parts);
  size_t end_row = part_start(step->rows, step->alignment, end, step->parts);
  if (first_row < end_row) run_rows(step->run, step->operation, step->frame, first_row, end_row);
}

void ck_pass_run(void *context, size_t first, size_t end) {
  const ck_pass *pass = context;
  const size_t height = pass->height;
  size_t first_row = part_start(height, pass->unit, first, pass->parts);
  size_t end_row = part_start(height, pass->unit, end, pass->parts);
  if (first_row >= end_row) return;
  uint64_t *nanoseconds = pass->nanoseconds ? pass->nanoseconds + first * pass->count : NULL;
  uint64_t before = nanoseconds ? ct_now() : 0;
  for (const ck_pass_step *s = pass->steps; s < pass->steps + pass->count; s++) {
    run_rows(s->run, s->operation, s->frame, first_row * s->rows / height, end_row * s->rows / height);
    if (nanoseconds == NULL) continue;
    uint64_t after = ct_now();
    nanoseconds[s - pass->steps] += after - before;
    before = after;
  }
}

static void run_band(const ck_band *band) {
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

void ck_band_run(void *context, size_t first, size_t end) {
  for (const ck_band *band = context; first < end; first++) run_band(band + first);
}
