#if defined(__x86_64__)

#include "pair__avx512.h"
#include "add_in_integers__avx512.h"

#define load_codes16(x) load_words(x, _mm512_setzero_si512())
#define load_all(x) _mm512_loadu_si512(x)
#define store_all(out, v) _mm512_storeu_si512(out, v)
#define codes_low _mm512_unpacklo_epi8
#define codes_high _mm512_unpackhi_epi8
#define interleaved_low _mm512_unpacklo_epi16
#define interleaved_high _mm512_unpackhi_epi16
#define add_pairs _mm512_dpwssd_epi32
#define SHIFT V32
#define shift_by splat32
#define shifted_right _mm512_srav_epi32
#define packed_words _mm512_packs_epi32
#define packed_codes _mm512_packus_epi16
#define splat_all _mm512_set1_epi8
#define max_all _mm512_max_epu8
#define min_all _mm512_min_epu8
#define max16 _mm512_max_epi16
#define min16 _mm512_min_epi16
#define narrowed _mm512_cvtepi16_epi8

#include "add_in_words.h"

#define NAME ck_qs8_add__avx512vnni
#define CODES_OF(pair) \
  ((pair)->shift > CK_MOST_WORD_SHIFT ? integer_codes : (pair)->shift > 0 ? word_codes : pair_codes)

#include "add_of_pair.h"

#endif
