// Which variants this machine runs.
#include "CFloatKernels.h"

#if defined(__x86_64__)
extern const cf_kernels cf_kernels_scalar, cf_kernels_avx2, cf_kernels_avx512;
#elif defined(__aarch64__)
extern const cf_kernels cf_kernels_neon;
#endif

int cf_kernels_available(const cf_kernels **list, int capacity) {
  const cf_kernels *found[3];
  int count = 0;
#if defined(__x86_64__)
  found[count++] = &cf_kernels_scalar;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found[count++] = &cf_kernels_avx2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq"))
    found[count++] = &cf_kernels_avx512;
#elif defined(__aarch64__)
  found[count++] = &cf_kernels_neon;
#endif
  for (int i = 0; i < count && i < capacity; i++) list[i] = found[i];
  return count;
}
