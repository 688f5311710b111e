#if defined(__x86_64__)

#include "../support/requantize.h"
#include "dense_store.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("sse4.1")))
#include "../support/vector__sse41.h"

// Both sides are widened to 16 bits, so that nothing saturates.
#define INPUTS __m128i
#define STEP 8
#define OUTPUTS 4
#define NAME ck_qs8_qc8w_dense__sse41

CK_TARGET static inline INPUTS load_inputs(const ck_code *x) {
  return _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)x));
}
CK_TARGET static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) {
  return add32(acc, multiply_pairs(x, _mm_cvtepi8_epi16(_mm_loadl_epi64((const __m128i *)w))));
}

#include "dense_template.h"

#endif
