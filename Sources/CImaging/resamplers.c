#include "resample.h"

size_t ci_resamplers(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") ? 2 : 1;
#elif defined(__aarch64__)
  return 2;
#else
  return 1;
#endif
}

const ci_resampler *ci_resampler_at(size_t index) {
#if defined(__x86_64__)
  if (index == 1) return &ci_resampler__avx2;
#elif defined(__aarch64__)
  if (index == 1) return &ci_resampler__neon;
#endif
  (void)index;
  return &ci_resampler__scalar;
}
