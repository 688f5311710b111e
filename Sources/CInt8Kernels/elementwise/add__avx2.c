#if defined(__x86_64__)

#include "../support/vector__avx2.h"

#define interleaved_low _mm256_unpacklo_epi16
#define interleaved_high _mm256_unpackhi_epi16
#define shifted_right _mm256_sra_epi32
#define packed_words _mm256_packs_epi32
#define max16 _mm256_max_epi16
#define min16 _mm256_min_epi16
#define add_pairs(sums, pairs, multipliers) add32(sums, multiply_pairs(pairs, multipliers))
#define narrowed codes_of

#include "add_in_words.h"

#define NAME ck_qs8_add__avx2
#define CODES_OF(pair) ((pair)->shift > 0 && (pair)->shift <= CK_MOST_WORD_SHIFT ? word_codes : pair_codes)

#include "add_of_pair.h"

#endif
