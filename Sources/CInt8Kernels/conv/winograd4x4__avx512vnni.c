#if defined(__x86_64__)

#include "../support/store__avx512.h"

#define SIDE 4
#define STRIP 16
#define TILES 8
#define CK_WINOGRAD_GROUP 2
#define PREFETCHES 1
#define NAME ck_qs8_qc8w_winograd3x3_4x4__avx512vnni
#define NAME_POOLED ck_qs8_qc8w_winograd3x3_4x4_maxpool2x2__avx512vnni

// Codes widened to 16-bit lanes.
#define V16 __m512i
#define LANES16 32
CK_TARGET static inline V16 load_codes16(const void *x) {
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)x));
}
CK_TARGET static inline void store16(int16_t *out, V16 v) { _mm512_storeu_si512(out, v); }
CK_TARGET static inline V16 add16(V16 a, V16 b) { return _mm512_add_epi16(a, b); }
CK_TARGET static inline V16 sub16(V16 a, V16 b) { return _mm512_sub_epi16(a, b); }
CK_TARGET static inline V16 quadruple16(V16 a) { return _mm512_slli_epi16(a, 2); }
CK_TARGET static inline V32 sub32(V32 a, V32 b) { return _mm512_sub_epi32(a, b); }
CK_TARGET static inline V32 quadruple32(V32 a) { return _mm512_slli_epi32(a, 2); }
CK_TARGET static inline V32 sixtyfourth(V32 a) { return _mm512_srai_epi32(a, 6); }
CK_TARGET static inline V32 multiply32(V32 a, V32 b) { return _mm512_mullo_epi32(a, b); }

// m[tile][channel] = sum over groups of v[tile][group] . u[group][channel], pairs times pairs: vpdpwssd adds both
// products to the sums. Few tiles have two sums each, so that one need not wait for the other.
CK_TARGET ALWAYS_INLINE void products(const int16_t *v, size_t tile_step, const int16_t *u, const size_t groups,
                                      int32_t *m, const int tiles) {
  const size_t sets = tiles > 4 ? 1 : 2;
  V32 acc[2][TILES];
  UNROLL_FOR (int t = 0; t < tiles; t++) acc[0][t] = acc[1][t] = zero32();
  size_t group = 0;
  for (; group + sets <= groups; group += sets) {
    UNROLL_FOR (size_t set = 0; set < sets; set++) {
      const V32 weights = load32(u + (group + set) * 2 * CK_BLOCK);
      UNROLL_FOR (int t = 0; t < tiles; t++)
        acc[set][t] = _mm512_dpwssd_epi32(acc[set][t], broadcast32(v + (size_t)t * tile_step + 2 * (group + set)),
                                          weights);
    }
  }
  if (group < groups) {
    const V32 weights = load32(u + group * 2 * CK_BLOCK);
    UNROLL_FOR (int t = 0; t < tiles; t++)
      acc[0][t] = _mm512_dpwssd_epi32(acc[0][t], broadcast32(v + (size_t)t * tile_step + 2 * group), weights);
  }
  UNROLL_FOR (int t = 0; t < tiles; t++) store32(m + t * CK_BLOCK, sets == 2 ? add32(acc[0][t], acc[1][t]) : acc[0][t]);
}

#include "winograd_template.h"

#endif
