#if defined(__x86_64__)

#include "../support/target__avxvnni.h"

#include "../support/vector__avx2.h"

#define NAME ck_qs8_qc8w_depthwise3x3__avxvnni
enum { CHUNK = 32, SUMS = 4, PARTS = 4 };

#define BYTES __m256i
#define load_bytes load32
#define dot _mm256_dpbusd_avx_epi32

#define ROW __m256i
#define load_row load32

// Pixels of 16 channels, two of which fill a chunk.
#define fits_apart(channels) ((channels) == 16)
CK_TARGET static inline ROW load_apart(const ck_code *codes, size_t channels) {
  (void)channels;
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)codes)),
                                 _mm_loadu_si128((const __m128i *)(codes + 32)), 1);
}
#define load_apart load_apart

// Unpacking works within 128-bit lanes, each of which holds 16 channels: vector p gets 4 p ... 4 p + 3 of both lanes.
CK_TARGET static inline void interleave(const ROW rows[4], BYTES parts[PARTS]) {
  const __m256i ab[2] = {_mm256_unpacklo_epi8(rows[0], rows[1]), _mm256_unpackhi_epi8(rows[0], rows[1])};
  const __m256i cd[2] = {_mm256_unpacklo_epi8(rows[2], rows[3]), _mm256_unpackhi_epi8(rows[2], rows[3])};
  UNROLL_FOR (int i = 0; i < 2; i++) {
    parts[2 * i] = _mm256_unpacklo_epi16(ab[i], cd[i]);
    parts[2 * i + 1] = _mm256_unpackhi_epi16(ab[i], cd[i]);
  }
}

CK_TARGET static inline V32 scaled(V32 acc, const float *multipliers) {
  return rounded(multiply_floats(floats_of(acc), load_floats(multipliers)));
}

// Packing works within the same lanes, and so restores the order. Words and codes saturate, on the right side.
CK_TARGET static inline void store_chunk(ck_code *out, const V32 acc[SUMS], const ck_requantization *r, size_t first) {
  V16 words[2];
  UNROLL_FOR (int i = 0; i < 2; i++) {
    const float *multipliers = r->multipliers + first + 2 * i * LANES32;
    words[i] = _mm256_packs_epi32(scaled(acc[2 * i], multipliers), scaled(acc[2 * i + 1], multipliers + LANES32));
    words[i] = add16_saturating(words[i], splat16(r->zero_point));
  }
  __m256i codes = _mm256_packus_epi16(words[0], words[1]);
  codes = _mm256_max_epu8(codes, _mm256_set1_epi8((char)r->low));
  codes = _mm256_min_epu8(codes, _mm256_set1_epi8((char)r->high));
  _mm256_storeu_si256((__m256i *)out, codes);
}

#define WHOLE_CHUNKS

#include "depthwise3x3_template.h"

#endif
