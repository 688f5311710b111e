#if defined(__x86_64__)

#include "../support/vector__avx512.h"

#define NAME ck_qs8_qc8w_depthwise3x3__avx512vnni
enum { CHUNK = 64, SUMS = 4, PARTS = 4 };

#define BYTES __m512i
#define load_bytes load32
#define dot dot4

#define ROW __m512i
#define load_row load32

// Pixels of 16 or 32 channels, two or four of which fill a chunk.
#define fits_apart(channels) ((channels) == 16 || (channels) == 32)
CK_TARGET static inline ROW load_apart(const ck_code *codes, size_t channels) {
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

// Unpacking works within 128-bit lanes, each of which holds 16 channels: vector p gets 4 p ... 4 p + 3 of all lanes.
CK_TARGET static inline void interleave(const ROW rows[4], BYTES parts[PARTS]) {
  const __m512i ab[2] = {_mm512_unpacklo_epi8(rows[0], rows[1]), _mm512_unpackhi_epi8(rows[0], rows[1])};
  const __m512i cd[2] = {_mm512_unpacklo_epi8(rows[2], rows[3]), _mm512_unpackhi_epi8(rows[2], rows[3])};
  UNROLL_FOR (int i = 0; i < 2; i++) {
    parts[2 * i] = _mm512_unpacklo_epi16(ab[i], cd[i]);
    parts[2 * i + 1] = _mm512_unpackhi_epi16(ab[i], cd[i]);
  }
}

CK_TARGET static inline V32 scaled(V32 acc, const float *multipliers) {
  return rounded(multiply_floats(floats_of(acc), load_floats(multipliers)));
}

// Packing works within the same lanes, and so restores the order. Words and codes saturate, on the right side.
CK_TARGET static inline void store_chunk(ck_code *out, const V32 acc[SUMS], const ck_requantization *r, size_t first) {
  const __m512i zero_point = _mm512_set1_epi16((int16_t)r->zero_point);
  __m512i words[2];
  UNROLL_FOR (int i = 0; i < 2; i++) {
    const float *multipliers = r->multipliers + first + 2 * i * LANES32;
    words[i] = _mm512_packs_epi32(scaled(acc[2 * i], multipliers), scaled(acc[2 * i + 1], multipliers + LANES32));
    words[i] = _mm512_adds_epi16(words[i], zero_point);
  }
  __m512i codes = _mm512_packus_epi16(words[0], words[1]);
  codes = _mm512_max_epu8(codes, _mm512_set1_epi8((char)r->low));
  codes = _mm512_min_epu8(codes, _mm512_set1_epi8((char)r->high));
  _mm512_storeu_si512(out, codes);
}

#include "depthwise3x3_kept__avx512.h"
#define KEEPS

#include "depthwise3x3_template.h"

#endif
