// Which variants there are, and which of them this machine can run.
#include "resample.h"
#include "yuv.h"

static size_t count(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") ? 2 : 1;
#elif defined(__aarch64__)
  return 2;
#else
  return 1;
#endif
}

size_t ci_resamplers(void) { return count(); }
size_t ci_converters(void) { return count(); }

const ci_resampler *ci_resampler_at(size_t index) {
#if defined(__x86_64__)
  if (index == 1) return &ci_resampler__avx2;
#elif defined(__aarch64__)
  if (index == 1) return &ci_resampler__neon;
#endif
  (void)index;
  return &ci_resampler__scalar;
}

const ci_converter *ci_converter_at(size_t index) {
#if defined(__x86_64__)
  if (index == 1) return &ci_converter__avx2;
#elif defined(__aarch64__)
  if (index == 1) return &ci_converter__neon;
#endif
  (void)index;
  return &ci_converter__scalar;
}

void ci_rgb_from_yuyv(const uint8_t *from, size_t stride, size_t width, size_t height, uint8_t *to) {
  const ci_converter *best = ci_converter_at(count() - 1);
  for (size_t y = 0; y < height; y++) best->yuyv(from + y * stride, width, to + y * width * 3);
}

void ci_rgb_from_nv12(const uint8_t *from, size_t stride, size_t width, size_t height, uint8_t *to) {
  const ci_converter *best = ci_converter_at(count() - 1);
  const uint8_t *chroma = from + stride * height;
  for (size_t y = 0; y < height; y++) {
    best->nv12(from + y * stride, chroma + y / 2 * stride, width, to + y * width * 3);
  }
}
