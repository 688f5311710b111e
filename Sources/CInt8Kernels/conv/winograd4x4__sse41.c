#if defined(__x86_64__)

#include "../support/store__sse41.h"

#define SIDE 4
#define STRIP 12
#define TILES 3
#define TILE_VECTORS 4
#define NAME ck_qs8_qc8w_winograd3x3_4x4__sse41
#define NAME_POOLED ck_qs8_qc8w_winograd3x3_4x4_maxpool2x2__sse41
#define NAME_RGB ck_qs8_qc8w_winograd3x3rgb_4x4_maxpool2x2__sse41

#define OF_THIS_WIDTH(name) _mm_##name

#include "winograd_pairs.h"
#include "winograd_template.h"

CK_TARGET static inline V16 load_rgb_pair(const char *x) {
  const __m128i pixels = _mm_setr_epi8(0, -1, 1, -1, 2, -1, -1, -1, 12, -1, 13, -1, 14, -1, -1, -1);
  return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)x), pixels);
}
CK_TARGET static inline V32 even_words32(V32 a, V32 b) {
  return _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(a), _mm_castsi128_ps(b), 0x88));
}
CK_TARGET static inline V32 odd_words32(V32 a, V32 b) {
  return _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(a), _mm_castsi128_ps(b), 0xdd));
}
CK_TARGET static inline V8 transposed_bytes(V8 a) {
  return _mm_shuffle_epi8(a, _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
}
CK_TARGET static inline void store_quarters(ck_code *out, ptrdiff_t step, V8 v) {
  (void)step;
  _mm_storeu_si128((__m128i *)out, v);
}

#include "winograd_rgb.h"

#endif
