#if defined(__x86_64__)

#include "../support/requantize.h"

#include <immintrin.h>
#include <string.h>

#define CK_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#include "../support/store__avx512.h"
#include "../support/vector__avx512.h"

// vpdpbusd multiplies four unsigned by four signed bytes and adds all products in 32 bits, without saturation.
// 24 accumulators hide its latency; two vectors of channels share each broadcast.
#define NAME ck_qs8_qc8w_conv__avx512vnni
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__avx512vnni
#define WIDE_VECTORS 2
#define WIDE 12
#define WIDE_POOLED 6
#define NARROW 24
#define NARROW_POOLED 12

CK_TARGET static inline V32 dot(V32 acc, V32 x, V32 w) { return _mm512_dpbusd_epi32(acc, x, w); }

CK_TARGET static inline void store(const ck_conv *conv, V32 acc, size_t channel, ptrdiff_t place) {
  ck_store__avx512(conv, acc, channel, place);
}

CK_TARGET static inline void store_wide(const ck_conv *conv, const V32 acc[2], size_t channel, ptrdiff_t place) {
  const ck_requantization *r = &conv->requantization;
  if (!r->plain || conv->io.accumulators || conv->channels - channel < 32) {
    ck_store__avx512(conv, acc[0], channel, place);
    ck_store__avx512(conv, acc[1], channel + 16, place);
    return;
  }
  __m512 low = _mm512_mul_ps(_mm512_cvtepi32_ps(acc[0]), _mm512_loadu_ps(r->multipliers + channel));
  __m512 high = _mm512_mul_ps(_mm512_cvtepi32_ps(acc[1]), _mm512_loadu_ps(r->multipliers + channel + 16));
  // Each 128-bit lane holds four channels of each half; saturation is the clamp.
  __m512i words = _mm512_packs_epi32(_mm512_cvtps_epi32(low), _mm512_cvtps_epi32(high));
  __m512i codes = _mm512_packus_epi16(words, words);
  codes = _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 0, 4, 8, 12, 1, 5, 9, 13), codes);
  _mm256_storeu_si256((__m256i *)((ck_code *)conv->io.output + place + (ptrdiff_t)channel),
                      _mm512_castsi512_si256(codes));
}

#include "conv_template.h"

#endif
