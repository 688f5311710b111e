#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define NAME ck_qs8_qc8w_depthwise3x3__avx2
#define POOLED ck_qs8_qc8w_depthwise3x3_maxpool2x2__avx2
#define unpack_low _mm256_unpacklo_epi16
#define unpack_high _mm256_unpackhi_epi16
#define pack_words _mm256_packs_epi32
#define WHOLE_CHUNKS

#include "depthwise_widened.h"
#include "depthwise3x3_template.h"

#endif
