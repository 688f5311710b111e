// Sixteen 32-bit lanes under the names that templates use; the includer defines CK_TARGET.
#define V32 __m512i
#define LANES32 16

CK_TARGET static inline V32 load32(const void *v) { return _mm512_loadu_si512(v); }
CK_TARGET static inline void store32(void *out, V32 v) { _mm512_storeu_si512(out, v); }
CK_TARGET static inline V32 zero32(void) { return _mm512_setzero_si512(); }
CK_TARGET static inline V32 max32(V32 a, V32 b) { return _mm512_max_epi32(a, b); }

// Four bytes in every lane.
CK_TARGET static inline V32 broadcast32(const void *x) {
  int32_t four;
  memcpy(&four, x, sizeof four);
  return _mm512_set1_epi32(four);
}
