#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("sse4.1")))
#include "../support/store__sse41.h"
#include "../support/vector__sse41.h"

#define V16 __m128i
#define LANES16 8
#define TILES 3
#define STRIP 12
#define POOLED_VECTORS 1
#define TILE_VECTORS 4
#define CK_WINOGRAD_GROUP 2
#define NAME ck_qs8_qc8w_winograd3x3_maxpool2x2__sse41
#define NAME_RGB ck_qs8_qc8w_winograd3x3rgb_maxpool2x2__sse41
#define RGB_TILES 2

CK_TARGET static inline V16 load_codes(const char *x) { return _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)x)); }
CK_TARGET static inline V16 add16(V16 a, V16 b) { return _mm_add_epi16(a, b); }
CK_TARGET static inline V16 sub16(V16 a, V16 b) { return _mm_sub_epi16(a, b); }
CK_TARGET static inline void store16(int16_t *out, V16 v) { _mm_storeu_si128((__m128i *)out, v); }

CK_TARGET static inline void store_block(const ck_conv *conv, const V32 acc[4], size_t channel, ptrdiff_t place) {
  for (size_t i = 0; i < 4 && channel + 4 * i < conv->channels; i++)
    ck_store__sse41(conv, acc[i], channel + 4 * i, place);
}

// Two pixels of 16-bit channels (R G B 0): those at x and x + 6.
CK_TARGET static inline V16 load_rgb(const char *x, const int odd) {
  const __m128i even_pixels = _mm_setr_epi8(0, -1, 1, -1, 2, -1, -1, -1, 6, -1, 7, -1, 8, -1, -1, -1);
  const __m128i odd_pixels = _mm_setr_epi8(3, -1, 4, -1, 5, -1, -1, -1, 9, -1, 10, -1, 11, -1, -1, -1);
  return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)x), odd ? odd_pixels : even_pixels);
}

#include "winograd_rgb.h"
#include "winograd_pairs.h"
#include "winograd_template.h"

#endif
