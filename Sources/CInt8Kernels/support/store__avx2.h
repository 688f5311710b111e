// Requantization of one block of 16 accumulators in two 256-bit registers; the includer defines CK_TARGET.

CK_TARGET static inline __m256i ck_requantize__avx2(__m256i acc, const ck_requantization *r, size_t channel) {
  __m256 product = _mm256_mul_ps(_mm256_cvtepi32_ps(acc), _mm256_loadu_ps(r->multipliers + channel));
  // cvtps2dq makes INT_MIN of what is too large, so large products are cut; what is too small becomes INT_MIN rightly.
  __m256i rounded = _mm256_cvtps_epi32(_mm256_min_ps(product, _mm256_set1_ps(CK_PRODUCT_LIMIT)));
  __m256i code = _mm256_add_epi32(rounded, _mm256_set1_epi32(r->zero_point));
  code = _mm256_max_epi32(code, _mm256_set1_epi32(r->low));
  return _mm256_min_epi32(code, _mm256_set1_epi32(r->high));
}

// Stores `left` (at least 1) channels of a block that starts at `channel`, as codes or as raw accumulators.
CK_TARGET static inline void ck_store_block__avx2(__m256i low, __m256i high, const ck_io *io,
                                                  const ck_requantization *r, size_t channel, size_t left,
                                                  ptrdiff_t place) {
  if (io->accumulators) {
    int32_t *out = io->accumulators + place + (ptrdiff_t)channel;
    if (left >= CK_BLOCK) {
      _mm256_storeu_si256((__m256i *)out, low);
      _mm256_storeu_si256((__m256i *)(out + 8), high);
    } else {
      int32_t all[CK_BLOCK];
      _mm256_storeu_si256((__m256i *)all, low);
      _mm256_storeu_si256((__m256i *)(all + 8), high);
      memcpy(out, all, left * sizeof *out);
    }
    return;
  }
  __m256i words = _mm256_packs_epi32(ck_requantize__avx2(low, r, channel), ck_requantize__avx2(high, r, channel + 8));
  words = _mm256_permute4x64_epi64(words, 0xd8);
  __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  ck_code *out = (ck_code *)io->output + place + (ptrdiff_t)channel;
  if (left >= CK_BLOCK) {
    _mm_storeu_si128((__m128i *)out, bytes);
  } else {
    ck_code all[CK_BLOCK];
    _mm_storeu_si128((__m128i *)all, bytes);
    memcpy(out, all, left);
  }
}
