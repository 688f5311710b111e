#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#include "resample.h"

#define AVX2 __attribute__((target("avx2")))

/// Two weights that stand side by side, in every 32 bits: what vpmaddwd multiplies a pair of samples with.
AVX2 static inline __m256i pair_of(const int16_t *weights) {
  int32_t both;
  memcpy(&both, weights, sizeof both);
  return _mm256_set1_epi32(both);
}

/// 16 columns of one output row. Sums of pairs of rows: words a0 b0 a1 b1 ... times w0 w1; unpacking and packing again
/// shuffle within halves of the register, one undoing the other.
AVX2 static inline void columns_of_16(const int16_t *weights, size_t taps, const uint8_t *from, size_t stride,
                                      uint8_t *to) {
  __m256i low = _mm256_set1_epi32(HALF), high = low;
  for (size_t k = 0; k < taps; k += 2) {
    const uint8_t *first = from + k * stride;
    // Behind an odd last row stands a weight of zero; the row itself serves once more.
    const uint8_t *second = k + 1 < taps ? first + stride : first;
    __m256i a = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)first));
    __m256i b = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)second));
    __m256i pair = pair_of(weights + k);
    low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), pair));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), pair));
  }
  __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(low, BITS), _mm256_srai_epi32(high, BITS));
  __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  _mm_storeu_si128((__m128i *)to, bytes);
}

AVX2 static void columns(const ci_axis *axis, const uint8_t *from, size_t stride, size_t width, uint8_t *to) {
  for (size_t i = 0; i < axis->outputs; i++, to += width) {
    const uint8_t *first = from + (size_t)axis->starts[i] * stride;
    const int16_t *weights = axis->weights + i * axis->stride;
    size_t x = 0;
    for (; x + 16 <= width; x += 16) columns_of_16(weights, axis->taps, first + x, stride, to + x);
    if (x == width) continue;
    if (width >= 16) {
      columns_of_16(weights, axis->taps, first + width - 16, stride, to + width - 16);  // some columns twice
    } else {
      resample_columns_part(weights, axis->taps, first, stride, 0, width, to);
    }
  }
}

AVX2 static inline __m256i two(const void *low, const void *high) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)), _mm_loadu_si128(high), 1);
}

AVX2 static inline __m256i two_halves(const void *low, const void *high) {
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadl_epi64(low)), _mm_loadl_epi64(high), 1);
}

/// Two outputs at a time, one a half of the register, four samples at a step: bytes R0 G0 B0 R1 G1 B1 ... become words
/// R0 R1 G0 G1 B0 B1 and R2 R3 G2 G3 B2 B3.
AVX2 static void row_of_3(const ci_axis *axis, const uint8_t *from, uint8_t *to) {
  const __m256i first_two = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
  const __m256i last_two = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
  size_t i = 0;
  // The last output is left to the scalar code: each store here writes a byte too many, which the next one mends.
  for (; i + 2 < axis->outputs; i += 2) {
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
    memcpy(to + 3 * i, &pixel, 4);
    pixel = _mm256_extract_epi32(bytes, 4);
    memcpy(to + 3 * i + 3, &pixel, 4);
  }
  resample_row_of_3(axis, from, i, to);
}

static void row(const ci_axis *axis, const uint8_t *from, size_t channels, uint8_t *to) {
  if (channels == 1) {
    resample_row_of_1(axis, from, to);
  } else {
    row_of_3(axis, from, to);
  }
}

const ci_resampler ci_resampler__avx2 = {"avx2", columns, row};
#endif
