// The sizes and primitives of depthwise3x3_template.h and depthwise5x5_template.h where bytes are widened to 16 bits
// for want of a product of four, with SSE4.1 and AVX2: two vectors of sums, and two of inputs for each, of rows 0 and 1
// and of rows 2 and 3. Unpacking and packing work within the same 128-bit lanes, so that codes are in order at the end.
// The including file defines unpack_low and unpack_high of words, and pack_words.
enum { CHUNK = LANES16, SUMS = 2, PARTS = 4 };

#define BYTES V16
#define load_bytes load32

#define ROW V16
#define load_row load_codes16

CK_TARGET static inline void interleave(const ROW rows[4], BYTES parts[PARTS]) {
  UNROLL_FOR (int i = 0; i < 4; i += 2) {
    parts[i] = unpack_low(rows[i], rows[i + 1]);
    parts[i + 1] = unpack_high(rows[i], rows[i + 1]);
  }
}

CK_TARGET static inline V32 dot(V32 acc, BYTES x, BYTES w) { return add_pairs(acc, x, w); }

CK_TARGET static inline V32 scaled(V32 acc, const float *multipliers) {
  return rounded(multiply_floats(floats_of(acc), load_floats(multipliers)));
}

CK_TARGET static inline void store_chunk(ck_code *out, const V32 acc[SUMS], const ck_requantization *r, size_t first) {
  const float *multipliers = r->multipliers + first;
  V16 words = pack_words(scaled(acc[0], multipliers), scaled(acc[1], multipliers + LANES32));
  CODES codes = codes_of(add16_saturating(words, splat16(r->zero_point)));
  store_codes(out, min_codes(max_codes(codes, splat_codes(r->low)), splat_codes(r->high)));
}
