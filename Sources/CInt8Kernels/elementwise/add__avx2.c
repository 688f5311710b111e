#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define load_all(x) _mm256_loadu_si256((const __m256i *)(x))
#define store_all(out, v) _mm256_storeu_si256((__m256i *)(out), v)
#define codes_low _mm256_unpacklo_epi8
#define codes_high _mm256_unpackhi_epi8
#define interleaved_low _mm256_unpacklo_epi16
#define interleaved_high _mm256_unpackhi_epi16
#define SHIFT V32
#define shift_by splat32
#define shifted_right _mm256_srav_epi32
#define packed_words _mm256_packs_epi32
#define packed_codes _mm256_packus_epi16
#define splat_all _mm256_set1_epi8
#define max_all _mm256_max_epu8
#define min_all _mm256_min_epu8
#define max16 _mm256_max_epi16
#define min16 _mm256_min_epi16
#define narrowed codes_of

#include "add_in_words.h"

#define NAME ck_qs8_add__avx2
#define CODES_OF(pair) ((pair)->shift > 0 && (pair)->shift <= CK_MOST_WORD_SHIFT ? word_codes : pair_codes)

#include "add_of_pair.h"

#endif
