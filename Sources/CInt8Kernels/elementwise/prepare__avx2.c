#if defined(__x86_64__)

#include "prepare.h"

#include <immintrin.h>

#define CK_TARGET __attribute__((target("avx2")))

// On x86 a pixel is its own code, so pixels and codes are copied alike.
CK_TARGET static inline void copy_codes(const ck_prepare *prepare, const uint8_t *in, void *out, size_t count) {
  if (!prepare->widen) {
    memcpy(out, in, count);
    return;
  }
  int16_t *words = out;
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    _mm256_storeu_si256((__m256i *)(words + i), _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(in + i))));
  for (; i < count; i++) words[i] = in[i];
}

CK_TARGET void ck_s8_prepare__avx2(const void *operation, size_t first, size_t end) {
  ck_prepare_rows(operation, first, end, copy_codes);
}

#endif
