#if defined(__x86_64__)

#include "../support/requantize.h"

#include <smmintrin.h>
#include <string.h>

ck_run ck_qs8_add__scalar;

#define CK_TARGET __attribute__((target("sse4.1")))

// Four codes as float(q - zero point) * multiplier.
CK_TARGET static inline __m128 summand(const ck_code *codes, int32_t zero_point, float multiplier) {
  int32_t four;
  memcpy(&four, codes, sizeof four);
  __m128i wide = _mm_sub_epi32(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)), _mm_set1_epi32(zero_point));
  return _mm_mul_ps(_mm_cvtepi32_ps(wide), _mm_set1_ps(multiplier));
}

// Four sums, not clamped yet; cut as in the AVX2 kernel.
CK_TARGET static inline __m128i sums(const ck_add *add, size_t at) {
  const ck_code *a = (const ck_code *)add->io.input + at, *b = (const ck_code *)add->io.other + at;
  __m128 sum = _mm_add_ps(summand(a, add->zero_points[0], add->multipliers[0]),
                          summand(b, add->zero_points[1], add->multipliers[1]));
  sum = _mm_max_ps(_mm_min_ps(sum, _mm_set1_ps(CK_PRODUCT_LIMIT)), _mm_set1_ps(-CK_PRODUCT_LIMIT));
  return _mm_add_epi32(_mm_cvtps_epi32(sum), _mm_set1_epi32(add->zero_point));
}

CK_TARGET void ck_qs8_add__sse41(const void *operation, size_t first, size_t end) {
  const ck_add *add = operation;
  ck_code *out = add->io.output;
  const __m128i low = _mm_set1_epi8((char)add->low), high = _mm_set1_epi8((char)add->high);
  size_t i = first;
  for (; i + 8 <= end; i += 8) {
    __m128i words = _mm_packs_epi32(sums(add, i), sums(add, i + 4));
    __m128i codes = _mm_min_epu8(_mm_max_epu8(_mm_packus_epi16(words, words), low), high);
    _mm_storel_epi64((__m128i *)(out + i), codes);
  }
  ck_qs8_add__scalar(operation, i, end);
}

#endif
