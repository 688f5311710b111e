// Requantization of 8 accumulators in a 256-bit register; the includer defines CK_TARGET.

CK_TARGET static inline __m128i ck_requantize__avx2(__m256i acc, const ck_requantization *r, size_t channel) {
  __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(acc), _mm256_loadu_ps(r->multipliers + channel));
  // cvtps2dq makes INT_MIN of what is too large, so large products are cut; what is too small becomes INT_MIN rightly.
  __m256i rounded = _mm256_cvtps_epi32(_mm256_min_ps(product, _mm256_set1_ps(CK_PRODUCT_LIMIT)));
  __m256i code = _mm256_add_epi32(rounded, _mm256_set1_epi32(r->zero_point));
  code = _mm256_max_epi32(code, _mm256_set1_epi32(r->low));
  code = _mm256_min_epi32(code, _mm256_set1_epi32(r->high));
  __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(code), _mm256_extracti128_si256(code, 1));
  return _mm_packus_epi16(words, words);
}

// Stores the channels from `channel` on, at most 8, of the pixel at `place`, as codes or as raw accumulators.
CK_TARGET static inline void ck_store__avx2(const ck_conv *conv, __m256i acc, size_t channel, ptrdiff_t place) {
  size_t left = conv->channels - channel;
  place += (ptrdiff_t)channel;
  if (conv->io.accumulators) {
    int32_t all[8];
    _mm256_storeu_si256((__m256i *)all, acc);
    memcpy(conv->io.accumulators + place, all, (left < 8 ? left : 8) * sizeof *all);
    return;
  }
  __m128i bytes = ck_requantize__avx2(acc, &conv->requantization, channel);
  ck_code *out = (ck_code *)conv->io.output + place;
  if (left >= 8) {
    _mm_storel_epi64((__m128i *)out, bytes);
  } else {
    ck_code all[8];
    _mm_storel_epi64((__m128i *)all, bytes);
    memcpy(out, all, left);
  }
}

// Stores a block of channels of one pixel.
CK_TARGET static inline void ck_store_block__avx2(const ck_conv *conv, const __m256i acc[2], size_t channel,
                                                  ptrdiff_t place) {
  const ck_requantization *r = &conv->requantization;
  if (!r->plain || conv->io.accumulators || conv->channels - channel < CK_BLOCK) {
    ck_store__avx2(conv, acc[0], channel, place);
    if (channel + 8 < conv->channels) ck_store__avx2(conv, acc[1], channel + 8, place);
    return;
  }
  __m256 low = _mm256_mul_ps(_mm256_cvtepi32_ps(acc[0]), _mm256_loadu_ps(r->multipliers + channel));
  __m256 high = _mm256_mul_ps(_mm256_cvtepi32_ps(acc[1]), _mm256_loadu_ps(r->multipliers + channel + 8));
  // Saturation is the clamp.
  __m256i words = _mm256_packs_epi32(_mm256_cvtps_epi32(low), _mm256_cvtps_epi32(high));
  words = _mm256_permute4x64_epi64(words, 0xd8);
  __m128i codes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  _mm_storeu_si128((__m128i *)((ck_code *)conv->io.output + place + (ptrdiff_t)channel), codes);
}
