#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define NAME ck_qs8_qc8w_depthwise3x3__sse41
#define POOLED ck_qs8_qc8w_depthwise3x3_maxpool2x2__sse41
#define unpack_low _mm_unpacklo_epi16
#define unpack_high _mm_unpackhi_epi16
#define pack_words _mm_packs_epi32

#include "depthwise_widened.h"
#include "depthwise3x3_template.h"

#endif
