#if defined(__x86_64__)

#include "../support/target__avxvnni.h"

#include "../support/vector__avx2.h"

#define NAME ck_qs8_qc8w_depthwise3x3__avxvnni
#define POOLED ck_qs8_qc8w_depthwise3x3_maxpool2x2__avxvnni
#define OF_THIS_WIDTH(name) _mm256_##name
#define dot _mm256_dpbusd_avx_epi32

// Pixels of 16 channels, two of which fill a chunk.
#define fits_apart(channels) ((channels) == 16)
CK_TARGET static inline V32 load_apart(const ck_code *codes, size_t channels) {
  (void)channels;
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)codes)),
                                 _mm_loadu_si128((const __m128i *)(codes + 32)), 1);
}
#define load_apart load_apart

#define RUNS
#define shifted(a, b, lanes) ((lanes) == 2 ? (b) : _mm256_permute2x128_si256(a, b, 0x21))
#define largest_across(a, b, lanes) max32(_mm256_permute2x128_si256(a, b, 0x20), _mm256_permute2x128_si256(a, b, 0x31))

#define WHOLE_CHUNKS

#include "depthwise_bytes.h"
#include "depthwise3x3_template.h"

#endif
