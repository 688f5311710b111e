// What all comparisons of kernels share: random codes, and a count of what differed.
#ifndef CHECKS_H
#define CHECKS_H

#include "network.h"

#include <stdio.h>

static int failures;
static uint32_t covered;

static void fill(ck_code *codes, size_t count, int loud) {
  for (size_t i = 0; i < count; i++)
    codes[i] = (ck_code)(loud ? (random_bits() % 2 ? CK_CODE_OFFSET - 128 : CK_CODE_OFFSET + 127)
                              : (int)(random_bits() % 256) + CK_CODE_OFFSET - 128);
}

static void check(const ck_kernel *kernel, size_t shape, const void *wanted, const void *found, size_t bytes) {
  covered |= 1u << kernel->isa;
  if (memcmp(wanted, found, bytes) == 0) return;
  printf("FAILED %s on shape %zu\n", kernel->name, shape);
  failures++;
}

#endif
