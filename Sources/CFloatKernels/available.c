// Which variants there are, and which of them serve here.
#include "CCPU.h"
#include "CFloatKernels.h"

extern const cf_kernels cf_kernels_scalar, cf_kernels_avx2, cf_kernels_avx512, cf_kernels_neon;

// Slowest first.
static const struct {
  const cf_kernels *kernels;
  ccpu_set needs;
} variants[] = {
    {&cf_kernels_scalar, CCPU_SCALAR},
#if defined(__x86_64__)
    {&cf_kernels_avx2, CCPU_AVX2},
    {&cf_kernels_avx512, CCPU_AVX512},
#elif defined(__aarch64__)
    {&cf_kernels_neon, CCPU_NEON},
#endif
};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

int cf_kernels_available(const cf_kernels **list, int capacity) {
  int count = 0;
  for (int i = 0; i < VARIANTS; i++) {
    if (!(ccpu_detected() >> variants[i].needs & 1)) continue;
    if (count < capacity) list[count] = variants[i].kernels;
    count++;
  }
  return count;
}

const cf_kernels *cf_kernels_fastest(void) {
  int best = VARIANTS - 1;
  while (best > 0 && !ccpu_may_use(variants[best].needs)) best--;
  return variants[best].kernels;
}
