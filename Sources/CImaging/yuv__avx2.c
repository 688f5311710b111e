#if defined(__x86_64__)
#include <immintrin.h>

#include "yuv.h"

#define VECTOR __attribute__((target("avx2")))
#define STEP 8
#define SPILL 2

/// Words a b a b ...
VECTOR static inline __m256i pairs(int a, int b) {
  return _mm256_set1_epi32((int)((uint32_t)(uint16_t)b << 16 | (uint16_t)a));
}

/// (sum + 128) >> 8 of products of pairs of words.
VECTOR static inline __m256i rounded(__m256i sum) {
  return _mm256_srai_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(128)), 8);
}

/// Y0 U Y1 V ...
#define PIXELS __m128i

VECTOR static inline PIXELS load_yuyv(const uint8_t *from) { return _mm_loadu_si128((const __m128i *)from); }

VECTOR static inline PIXELS load_nv12(const uint8_t *luma, const uint8_t *chroma) {
  return _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)luma), _mm_loadl_epi64((const __m128i *)chroma));
}

/// 24 bytes and 4 more that do not count. Sums stay below 2^18; packing saturates, which is the clamp to a byte.
VECTOR static inline void store_rgb(PIXELS pixels, uint8_t *to) {
  const __m128i with_u = _mm_setr_epi8(0, 1, 2, 1, 4, 5, 6, 5, 8, 9, 10, 9, 12, 13, 14, 13);
  const __m128i with_v = _mm_setr_epi8(0, 3, 2, 3, 4, 7, 6, 7, 8, 11, 10, 11, 12, 15, 14, 15);
  const __m256i order = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, -1, -1, -1, -1));
  __m256i yu = _mm256_sub_epi16(_mm256_cvtepu8_epi16(_mm_shuffle_epi8(pixels, with_u)), pairs(16, 128));
  __m256i yv = _mm256_sub_epi16(_mm256_cvtepu8_epi16(_mm_shuffle_epi8(pixels, with_v)), pairs(16, 128));
  __m256i red = rounded(_mm256_madd_epi16(yv, pairs(298, 409)));
  __m256i green = rounded(
      _mm256_add_epi32(_mm256_madd_epi16(yu, pairs(298, -100)), _mm256_madd_epi16(yv, pairs(0, -208))));
  __m256i blue = rounded(_mm256_madd_epi16(yu, pairs(298, 516)));
  // Within each half of the register: R R R R G G G G B B B B.
  __m256i bytes = _mm256_packus_epi16(_mm256_packs_epi32(red, green), _mm256_packs_epi32(blue, blue));
  bytes = _mm256_shuffle_epi8(bytes, order);
  _mm_storeu_si128((__m128i *)to, _mm256_castsi256_si128(bytes));
  _mm_storeu_si128((__m128i *)(to + 12), _mm256_extracti128_si256(bytes, 1));
}

#include "yuv_template.h"

const ci_converter ci_converter__avx2 = {"avx2", yuyv, nv12};
#endif
