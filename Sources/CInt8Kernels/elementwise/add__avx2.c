#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>

ck_run ck_qs8_add__scalar;

#define CK_TARGET __attribute__((target("avx2")))

// Eight codes as float(q - zero point) * multiplier.
CK_TARGET static inline __m256 summand(const ck_code *codes, int32_t zero_point, float multiplier) {
  __m256i wide = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)codes));
  __m256 real = _mm256_cvtepi32_ps(_mm256_sub_epi32(wide, _mm256_set1_epi32(zero_point)));
  return _mm256_mul_ps(real, _mm256_set1_ps(multiplier));
}

// Eight sums, not clamped yet.
CK_TARGET static inline __m256i sums(const ck_add *add, size_t at) {
  const ck_code *a = (const ck_code *)add->io.input + at, *b = (const ck_code *)add->io.other + at;
  __m256 sum = _mm256_add_ps(summand(a, add->zero_points[0], add->multipliers[0]),
                             summand(b, add->zero_points[1], add->multipliers[1]));
  // cvtps2dq makes INT_MIN of what is too large, so large sums are cut; what is too small becomes INT_MIN rightly, and
  // is cut too, so that the zero point can be added.
  sum = _mm256_max_ps(_mm256_min_ps(sum, _mm256_set1_ps(CK_PRODUCT_LIMIT)), _mm256_set1_ps(-CK_PRODUCT_LIMIT));
  return _mm256_add_epi32(_mm256_cvtps_epi32(sum), _mm256_set1_epi32(add->zero_point));
}

CK_TARGET void ck_qs8_add__avx2(const void *operation, size_t first, size_t end) {
  const ck_add *add = operation;
  ck_code *out = add->io.output;
  const __m128i low = _mm_set1_epi8((char)add->low), high = _mm_set1_epi8((char)add->high);
  size_t i = first;
  for (; i + 16 <= end; i += 16) {
    __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(sums(add, i), sums(add, i + 8)), 0xd8);
    __m128i codes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128((__m128i *)(out + i), _mm_min_epu8(_mm_max_epu8(codes, low), high));
  }
  ck_qs8_add__scalar(operation, i, end);
}

#endif
