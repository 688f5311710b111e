#include "../support/requantize.h"

#include <string.h>

// Unsigned arithmetic, since partial sums may wrap around.
void ck_qs8_qc8w_dense_part__scalar(const void *operation, size_t first, size_t end) {
  const ck_dense_part *part = operation;
  uint32_t *sums = (uint32_t *)part->sums;
  if (first == part->first_row) memset(sums, 0, part->outputs * sizeof *sums);
  const size_t group_bytes = part->outputs * CK_DENSE_PART_GROUP;
  for (size_t group = first * part->row_groups; group < end * part->row_groups; group++) {
    const ck_code *x = (const ck_code *)part->io.input + group * CK_DENSE_PART_GROUP;
    const int8_t *w = part->weights + group * group_bytes;
    for (size_t output = 0; output < part->outputs; output++, w += CK_DENSE_PART_GROUP)
      sums[output] += (uint32_t)(x[0] * w[0] + x[1] * w[1] + x[2] * w[2] + x[3] * w[3]);
  }
}

void ck_qs8_qc8w_dense_sum__scalar(const void *operation, size_t first, size_t end) {
  const ck_dense_sum *dense = operation;
  for (size_t output = first; output < end; output++) {
    uint32_t sum = (uint32_t)dense->bias[output];
    for (size_t part = 0; part < dense->parts; part++) sum += (uint32_t)dense->sums[part * dense->part_step + output];
    ck_store(&dense->io, &dense->requantization, (ptrdiff_t)output, output, (int32_t)sum);
  }
}
