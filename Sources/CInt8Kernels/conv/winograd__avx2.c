#if defined(__x86_64__)

#include "../support/store__avx2.h"

#define SIDE 2
#define STRIP 12
#define POOLED_VECTORS 1
#define TILES 6
#define TILE_VECTORS 2
#define RGB_TILES 4
#define NAME ck_qs8_qc8w_winograd3x3__avx2
#define NAME_POOLED ck_qs8_qc8w_winograd3x3_maxpool2x2__avx2
#define NAME_RGB ck_qs8_qc8w_winograd3x3rgb_maxpool2x2__avx2

// Two pixels of 16-bit channels (R G B 0) in each 128-bit half: those at x and x + 6, x + 12 and x + 18.
CK_TARGET static inline V16 load_rgb(const char *x, const int odd) {
  __m256i bytes = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)x)),
                                          _mm_loadu_si128((const __m128i *)(x + 12)), 1);
  const __m128i even_pixels = _mm_setr_epi8(0, -1, 1, -1, 2, -1, -1, -1, 6, -1, 7, -1, 8, -1, -1, -1);
  const __m128i odd_pixels = _mm_setr_epi8(3, -1, 4, -1, 5, -1, -1, -1, 9, -1, 10, -1, 11, -1, -1, -1);
  return _mm256_shuffle_epi8(bytes, _mm256_broadcastsi128_si256(odd ? odd_pixels : even_pixels));
}

#include "winograd_rgb.h"
#include "winograd_pairs.h"
#include "winograd_template.h"

#endif
