#if defined(__x86_64__)

#include "../support/vector__sse41.h"

#define load_all(x) _mm_loadu_si128((const __m128i *)(x))
#define store_all(out, v) _mm_storeu_si128((__m128i *)(out), v)
#define codes_low _mm_unpacklo_epi8
#define codes_high _mm_unpackhi_epi8
#define interleaved_low _mm_unpacklo_epi16
#define interleaved_high _mm_unpackhi_epi16
#define SHIFT __m128i
#define shift_by _mm_cvtsi32_si128
#define shifted_right _mm_sra_epi32
#define packed_words _mm_packs_epi32
#define packed_codes _mm_packus_epi16
#define splat_all _mm_set1_epi8
#define max_all _mm_max_epu8
#define min_all _mm_min_epu8
#define max16 _mm_max_epi16
#define min16 _mm_min_epi16
#define narrowed codes_of

#include "add_in_words.h"

#define NAME ck_qs8_add__sse41
#define CODES_OF(pair) ((pair)->shift > 0 && (pair)->shift <= CK_MOST_WORD_SHIFT ? word_codes : pair_codes)

#include "add_of_pair.h"

#endif
