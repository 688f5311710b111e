#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("avx2")))
#include "../support/store__avx2.h"

// Lanes are channels, 16 at a time. Two taps are interleaved, so that vpmaddwd adds their products in 32 bits.
CK_TARGET static inline void depthwise_pixel(const ck_conv *conv, const ck_code *window, size_t channel,
                                             ptrdiff_t place) {
  const int16_t *w = (const int16_t *)conv->weights + channel;
  __m256i low = _mm256_setzero_si256(), high = low;  // channels 0-3 8-11 and 4-7 12-15
  for (size_t tap = 0; tap < conv->segment_count; tap += 2) {
    const int paired = tap + 1 < conv->segment_count;
    const ck_code *x = window + channel;
    __m256i x0 = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(x + conv->segments[tap])));
    __m256i w0 = _mm256_loadu_si256((const __m256i *)(w + tap * conv->channels));
    __m256i x1 = _mm256_setzero_si256(), w1 = x1;
    if (paired) {
      x1 = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(x + conv->segments[tap + 1])));
      w1 = _mm256_loadu_si256((const __m256i *)(w + (tap + 1) * conv->channels));
    }
    low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(x0, x1), _mm256_unpacklo_epi16(w0, w1)));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(x0, x1), _mm256_unpackhi_epi16(w0, w1)));
  }
  const __m256i *bias = (const __m256i *)(conv->bias + channel);
  __m256i first = _mm256_permute2x128_si256(low, high, 0x20), second = _mm256_permute2x128_si256(low, high, 0x31);
  ck_store__avx2(conv, _mm256_add_epi32(first, _mm256_loadu_si256(bias)), channel, place);
  if (channel + 8 < conv->channels)
    ck_store__avx2(conv, _mm256_add_epi32(second, _mm256_loadu_si256(bias + 1)), channel + 8, place);
}

CK_TARGET void ck_qs8_qc8w_depthwise__avx2(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < conv->columns; column++) {
      const ck_code *window = (const ck_code *)conv->io.input + (ptrdiff_t)row * conv->input_row +
                              (ptrdiff_t)column * conv->input_pixel;
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
      for (size_t channel = 0; channel < conv->channels; channel += 16) depthwise_pixel(conv, window, channel, place);
    }
  }
}

#endif
