#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "resample.h"

#define VECTOR __attribute__((target("avx2")))
#define ROWS 2
#define OUTPUTS 2

/// Of columns 0-3 8-11 and 4-7 12-15: unpacking and packing again shuffle within halves of the register, one undoing
/// the other.
typedef struct {
  __m256i low, high;
} SUMS16;

VECTOR static inline SUMS16 begin_sums(void) { return (SUMS16){_mm256_set1_epi32(HALF), _mm256_set1_epi32(HALF)}; }

/// Words a0 b0 a1 b1 ... times w0 w1, two weights that stand side by side.
VECTOR static inline void add_rows(SUMS16 *sums, const uint8_t *first, const uint8_t *second, const int16_t *weights) {
  int32_t both;
  memcpy(&both, weights, sizeof both);
  __m256i a = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)first));
  __m256i b = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)second));
  __m256i pair = _mm256_set1_epi32(both);
  sums->low = _mm256_add_epi32(sums->low, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), pair));
  sums->high = _mm256_add_epi32(sums->high, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), pair));
}

VECTOR static inline void store_sums(SUMS16 sums, uint8_t *to) {
  __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(sums.low, BITS), _mm256_srai_epi32(sums.high, BITS));
  __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  _mm_storeu_si128((__m128i *)to, bytes);
}

VECTOR static inline __m256i two(const void *low, const void *high) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)), _mm_loadu_si128(high), 1);
}

VECTOR static inline __m256i two_halves(const void *low, const void *high) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadl_epi64(low)), _mm_loadl_epi64(high), 1);
}

/// One output a half of the register, four samples at a step: bytes R0 G0 B0 R1 G1 B1 ... become words R0 R1 G0 G1 B0
/// B1 and R2 R3 G2 G3 B2 B3.
VECTOR static inline void pixels_of_3(const ci_axis *axis, size_t i, const uint8_t *from, uint8_t *to) {
  const __m256i first_two = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
  const __m256i last_two = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
  const uint8_t *a = from + (size_t)axis->starts[i] * 3, *b = from + (size_t)axis->starts[i + 1] * 3;
  const int16_t *weights = axis->weights + i * axis->stride;
  __m256i sums = _mm256_set1_epi32(HALF);
  for (size_t k = 0; k < axis->taps; k += 4, a += 12, b += 12) {
    __m256i samples = two(a, b);
    __m256i four = two_halves(weights + k, weights + axis->stride + k);
    __m256i pairs = _mm256_madd_epi16(_mm256_shuffle_epi8(samples, first_two), _mm256_shuffle_epi32(four, 0x00));
    sums = _mm256_add_epi32(sums, pairs);
    pairs = _mm256_madd_epi16(_mm256_shuffle_epi8(samples, last_two), _mm256_shuffle_epi32(four, 0x55));
    sums = _mm256_add_epi32(sums, pairs);
  }
  __m256i words = _mm256_packus_epi32(_mm256_srai_epi32(sums, BITS), _mm256_setzero_si256());
  __m256i bytes = _mm256_packus_epi16(words, words);
  int32_t pixel = _mm256_extract_epi32(bytes, 0);
  memcpy(to, &pixel, 4);
  pixel = _mm256_extract_epi32(bytes, 4);
  memcpy(to + 3, &pixel, 4);
}

#include "resample_template.h"

const ci_resampler ci_resampler__avx2 = {"avx2", columns, row};
#endif
