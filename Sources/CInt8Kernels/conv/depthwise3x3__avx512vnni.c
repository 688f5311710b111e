#if defined(__x86_64__)

#include "../support/vector__avx512.h"

#define NAME ck_qs8_qc8w_depthwise3x3__avx512vnni
#define POOLED ck_qs8_qc8w_depthwise3x3_maxpool2x2__avx512vnni
#define OF_THIS_WIDTH(name) _mm512_##name
#define dot dot4

// Pixels of 16 or 32 channels, two or four of which fill a chunk.
#define fits_apart(channels) ((channels) == 16 || (channels) == 32)
CK_TARGET static inline V32 load_apart(const ck_code *codes, size_t channels) {
  if (channels == 32) {
    __m256i pixels[2];
    UNROLL_FOR (int i = 0; i < 2; i++) pixels[i] = _mm256_loadu_si256((const __m256i *)(codes + 64 * i));
    return _mm512_inserti64x4(_mm512_castsi256_si512(pixels[0]), pixels[1], 1);
  }
  __m128i pixels[4];
  UNROLL_FOR (int i = 0; i < 4; i++) pixels[i] = _mm_loadu_si128((const __m128i *)(codes + 32 * i));
  __m256i first = _mm256_inserti128_si256(_mm256_castsi128_si256(pixels[0]), pixels[1], 1);
  __m256i second = _mm256_inserti128_si256(_mm256_castsi128_si256(pixels[2]), pixels[3], 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
}
#define load_apart load_apart

#define RUNS
CK_TARGET ALWAYS_INLINE V32 shifted(V32 a, V32 b, const int lanes) {
  return lanes == 4 ? b : lanes == 2 ? _mm512_alignr_epi64(b, a, 4) : _mm512_alignr_epi64(b, a, 2);
}

// The first ones of 128-bit lanes, or the others, of two vectors: pixels an even or odd number of pixels on.
CK_TARGET ALWAYS_INLINE V32 every_second(V32 a, V32 b, const int lanes, const int odd) {
  if (lanes == 2) return odd ? _mm512_shuffle_i64x2(a, b, 0xee) : _mm512_shuffle_i64x2(a, b, 0x44);
  return odd ? _mm512_shuffle_i64x2(a, b, 0xdd) : _mm512_shuffle_i64x2(a, b, 0x88);
}
#define largest_across(a, b, lanes) max32(every_second(a, b, lanes, 0), every_second(a, b, lanes, 1))

#include "depthwise_bytes.h"
#include "depthwise3x3_kept__avx512.h"
#define KEEPS

#include "depthwise3x3_template.h"

#endif
