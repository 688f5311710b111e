// Eight 32-bit lanes under the names that templates use; the includer defines CK_TARGET.
#define V32 __m256i
#define LANES32 8

CK_TARGET static inline V32 load32(const void *v) { return _mm256_loadu_si256((const __m256i *)v); }
CK_TARGET static inline void store32(void *out, V32 v) { _mm256_storeu_si256((__m256i *)out, v); }
CK_TARGET static inline V32 zero32(void) { return _mm256_setzero_si256(); }
CK_TARGET static inline V32 add32(V32 a, V32 b) { return _mm256_add_epi32(a, b); }
CK_TARGET static inline V32 sub32(V32 a, V32 b) { return _mm256_sub_epi32(a, b); }
CK_TARGET static inline V32 max32(V32 a, V32 b) { return _mm256_max_epi32(a, b); }
CK_TARGET static inline V32 quarter(V32 a) { return _mm256_srai_epi32(a, 2); }
// Pairs of 16-bit numbers times pairs, both products added.
CK_TARGET static inline V32 multiply_pairs(V32 a, V32 b) { return _mm256_madd_epi16(a, b); }

// Four bytes in every lane.
CK_TARGET static inline V32 broadcast32(const void *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm256_set1_epi32(four);
}

// The sum of the lanes.
CK_TARGET static inline int32_t sum_of_lanes(V32 v) {
  __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
  return _mm_cvtsi128_si32(s);
}
