// Which variants there are, and which of them serve here.
#include "CCPU.h"
#include "resample.h"
#include "yuv.h"

#if defined(__x86_64__)
enum { VECTORS = CCPU_AVX2 };
static const ci_resampler *const resamplers[] = {&ci_resampler__scalar, &ci_resampler__avx2};
static const ci_converter *const converters[] = {&ci_converter__scalar, &ci_converter__avx2};
#elif defined(__aarch64__)
enum { VECTORS = CCPU_NEON };
static const ci_resampler *const resamplers[] = {&ci_resampler__scalar, &ci_resampler__neon};
static const ci_converter *const converters[] = {&ci_converter__scalar, &ci_converter__neon};
#else
enum { VECTORS = CCPU_SCALAR };
static const ci_resampler *const resamplers[] = {&ci_resampler__scalar};
static const ci_converter *const converters[] = {&ci_converter__scalar};
#endif
enum { VARIANTS = sizeof resamplers / sizeof resamplers[0] };

// Those of a mask of ccpu_set.
static size_t count(uint32_t sets) { return sets >> VECTORS & 1 ? VARIANTS : 1; }

size_t ci_resamplers(void) { return count(ccpu_detected()); }
size_t ci_converters(void) { return count(ccpu_detected()); }

const ci_resampler *ci_resampler_at(size_t index) { return resamplers[index]; }
const ci_converter *ci_converter_at(size_t index) { return converters[index]; }

const ci_resampler *ci_resampler_fastest(void) { return resamplers[count(ccpu_allowed()) - 1]; }
const ci_converter *ci_converter_fastest(void) { return converters[count(ccpu_allowed()) - 1]; }

void ci_rgb_from_yuyv(const uint8_t *from, size_t stride, size_t width, size_t height, uint8_t *to) {
  const ci_converter *best = ci_converter_fastest();
  for (size_t y = 0; y < height; y++) best->yuyv(from + y * stride, width, to + y * width * 3);
}

void ci_rgb_from_nv12(const uint8_t *from, size_t stride, size_t width, size_t height, uint8_t *to) {
  const ci_converter *best = ci_converter_fastest();
  const uint8_t *chroma = from + stride * height;
  for (size_t y = 0; y < height; y++) {
    best->nv12(from + y * stride, chroma + y / 2 * stride, width, to + y * width * 3);
  }
}
