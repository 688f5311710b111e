// Requantization of 16 accumulators in a 512-bit register; the includer defines CK_TARGET.

CK_TARGET static inline __m512i ck_scale__avx512(__m512i acc, __m512 multipliers) {
  __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(acc), multipliers);
  // cvtps2dq makes INT_MIN of what is too large, so large products are cut; what is too small becomes INT_MIN rightly.
  return _mm512_cvtps_epi32(_mm512_min_ps(product, _mm512_set1_ps(CK_PRODUCT_LIMIT)));
}

CK_TARGET static inline __m128i ck_requantize__avx512(__m512i acc, const ck_requantization *r, size_t channel) {
  __m512i code = ck_scale__avx512(acc, _mm512_loadu_ps(r->multipliers + channel));
  code = _mm512_add_epi32(code, _mm512_set1_epi32(r->zero_point));
  code = _mm512_max_epi32(code, _mm512_set1_epi32(r->low));
  code = _mm512_min_epi32(code, _mm512_set1_epi32(r->high));
  return _mm512_cvtepi32_epi8(code);
}

// Stores the channels from `channel` on, at most 16, of the pixel at `place`, as codes or as raw accumulators.
CK_TARGET static inline void ck_store__avx512(const ck_conv *conv, __m512i acc, size_t channel, ptrdiff_t place) {
  size_t left = conv->channels - channel;
  __mmask16 lanes = left >= 16 ? 0xffff : (__mmask16)((1u << left) - 1);
  place += (ptrdiff_t)channel;
  if (conv->io.accumulators) {
    _mm512_mask_storeu_epi32(conv->io.accumulators + place, lanes, acc);
    return;
  }
  __m128i bytes = ck_requantize__avx512(acc, &conv->requantization, channel);
  ck_code *out = (ck_code *)conv->io.output + place;
  if (left >= 16) _mm_storeu_si128((__m128i *)out, bytes);
  else _mm_mask_storeu_epi8(out, lanes, bytes);
}
