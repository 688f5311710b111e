// Four 32-bit lanes under the names that templates use; the includer defines CK_TARGET.
#define V32 __m128i
#define LANES32 4

CK_TARGET static inline V32 load32(const void *v) { return _mm_loadu_si128((const __m128i *)v); }
CK_TARGET static inline void store32(void *out, V32 v) { _mm_storeu_si128((__m128i *)out, v); }
CK_TARGET static inline V32 zero32(void) { return _mm_setzero_si128(); }
CK_TARGET static inline V32 add32(V32 a, V32 b) { return _mm_add_epi32(a, b); }
CK_TARGET static inline V32 sub32(V32 a, V32 b) { return _mm_sub_epi32(a, b); }
CK_TARGET static inline V32 max32(V32 a, V32 b) { return _mm_max_epi32(a, b); }
CK_TARGET static inline V32 quarter(V32 a) { return _mm_srai_epi32(a, 2); }
// Pairs of 16-bit numbers times pairs, both products added.
CK_TARGET static inline V32 multiply_pairs(V32 a, V32 b) { return _mm_madd_epi16(a, b); }

// Four bytes in every lane.
CK_TARGET static inline V32 broadcast32(const void *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm_set1_epi32(four);
}

// The sum of the lanes.
CK_TARGET static inline int32_t sum_of_lanes(V32 s) {
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
  return _mm_cvtsi128_si32(s);
}
