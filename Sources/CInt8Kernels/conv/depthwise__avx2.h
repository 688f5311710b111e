// What depthwise_template.h needs with AVX2. The including file defines
//   load_taps   LANES16 inputs as 16-bit words

// Two taps are interleaved, so that vpmaddwd adds their products in 32 bits. Unpacking works within 128-bit halves,
// which leaves channels 0-3 8-11 and 4-7 12-15.
CK_TARGET static inline void add_interleaved(V32 acc[2], V16 x0, V16 x1, V16 w0, V16 w1) {
  acc[0] = add_pairs(acc[0], _mm256_unpacklo_epi16(x0, x1), _mm256_unpacklo_epi16(w0, w1));
  acc[1] = add_pairs(acc[1], _mm256_unpackhi_epi16(x0, x1), _mm256_unpackhi_epi16(w0, w1));
}

CK_TARGET static inline void add_taps(V32 acc[2], const void *x0, const void *x1, const int16_t *w0,
                                      const int16_t *w1) {
  add_interleaved(acc, load_taps(x0), load_taps(x1), load32(w0), load32(w1));
}

CK_TARGET static inline void add_tap(V32 acc[2], const void *x, const int16_t *w) {
  add_interleaved(acc, load_taps(x), zero32(), load32(w), zero32());
}

CK_TARGET static inline void in_order(V32 acc[2]) {
  V32 first = _mm256_permute2x128_si256(acc[0], acc[1], 0x20);
  acc[1] = _mm256_permute2x128_si256(acc[0], acc[1], 0x31);
  acc[0] = first;
}
