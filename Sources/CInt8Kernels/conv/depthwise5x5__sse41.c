#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define NAME ck_qs8_qc8w_depthwise5x5__sse41
#define unpack_low _mm_unpacklo_epi16
#define unpack_high _mm_unpackhi_epi16
#define pack_words _mm_packs_epi32

#include "depthwise_widened.h"
#include "depthwise5x5_template.h"

#endif
