// Requantization of 4 accumulators in a 128-bit register; the includer defines CK_TARGET.

// The codes of four channels in the lowest four bytes.
CK_TARGET static inline __m128i ck_requantize__sse41(__m128i acc, const ck_requantization *r, size_t channel) {
  __m128 product = _mm_mul_ps(_mm_cvtepi32_ps(acc), _mm_loadu_ps(r->multipliers + channel));
  // cvtps2dq makes INT_MIN of what is too large, so large products are cut; what is too small becomes INT_MIN rightly.
  __m128i rounded = _mm_cvtps_epi32(_mm_min_ps(product, _mm_set1_ps(CK_PRODUCT_LIMIT)));
  __m128i code = _mm_add_epi32(rounded, _mm_set1_epi32(r->zero_point));
  code = _mm_max_epi32(code, _mm_set1_epi32(r->low));
  code = _mm_min_epi32(code, _mm_set1_epi32(r->high));
  __m128i words = _mm_packs_epi32(code, code);
  return _mm_packus_epi16(words, words);
}

// Stores the channels from `channel` on, at most 4, of the pixel at `place`, as codes or as raw accumulators.
CK_TARGET static inline void ck_store__sse41(const ck_conv *conv, __m128i acc, size_t channel, ptrdiff_t place) {
  size_t left = conv->channels - channel;
  if (left > 4) left = 4;
  place += (ptrdiff_t)channel;
  if (conv->io.accumulators) {
    int32_t all[4];
    _mm_storeu_si128((__m128i *)all, acc);
    memcpy(conv->io.accumulators + place, all, left * sizeof *all);
    return;
  }
  int32_t four = _mm_cvtsi128_si32(ck_requantize__sse41(acc, &conv->requantization, channel));
  ck_code *out = (ck_code *)conv->io.output + place;
  if (left == 4) memcpy(out, &four, 4);
  else memcpy(out, &four, left);
}
