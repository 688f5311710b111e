// The sizes and primitives of depthwise3x3_template.h and depthwise5x5_template.h where four unsigned bytes are
// multiplied at once by signed ones, on x86. Over the primitives of support/vector__*.h. The including file defines
//   OF_THIS_WIDTH   an intrinsic by its name without the prefix that says how wide vectors are
//   dot             adds the products of one vector of inputs and its weights
enum { CHUNK = 4 * LANES32, SUMS = 4, PARTS = 4 };

#define BYTES V32
#define load_bytes load32

#define ROW V32
#define load_row load32

// Unpacking works within 128-bit lanes, each of which holds 16 channels: vector p gets 4 p ... 4 p + 3 of all lanes.
CK_TARGET static inline void interleave(const ROW rows[4], BYTES parts[PARTS]) {
  const V32 ab[2] = {OF_THIS_WIDTH(unpacklo_epi8)(rows[0], rows[1]), OF_THIS_WIDTH(unpackhi_epi8)(rows[0], rows[1])};
  const V32 cd[2] = {OF_THIS_WIDTH(unpacklo_epi8)(rows[2], rows[3]), OF_THIS_WIDTH(unpackhi_epi8)(rows[2], rows[3])};
  UNROLL_FOR (int i = 0; i < 2; i++) {
    parts[2 * i] = OF_THIS_WIDTH(unpacklo_epi16)(ab[i], cd[i]);
    parts[2 * i + 1] = OF_THIS_WIDTH(unpackhi_epi16)(ab[i], cd[i]);
  }
}

CK_TARGET static inline V32 scaled(V32 acc, const float *multipliers) {
  return rounded(multiply_floats(floats_of(acc), load_floats(multipliers)));
}

// Packing works within the same lanes, and so restores the order. Words and codes saturate, on the right side.
CK_TARGET static inline void store_chunk(ck_code *out, const V32 acc[SUMS], const ck_requantization *r, size_t first) {
  const V32 zero_point = OF_THIS_WIDTH(set1_epi16)((int16_t)r->zero_point);
  V32 words[2];
  UNROLL_FOR (int i = 0; i < 2; i++) {
    const float *multipliers = r->multipliers + first + 2 * i * LANES32;
    words[i] = OF_THIS_WIDTH(packs_epi32)(scaled(acc[2 * i], multipliers),
                                          scaled(acc[2 * i + 1], multipliers + LANES32));
    words[i] = OF_THIS_WIDTH(adds_epi16)(words[i], zero_point);
  }
  V32 codes = OF_THIS_WIDTH(packus_epi16)(words[0], words[1]);
  codes = OF_THIS_WIDTH(max_epu8)(codes, OF_THIS_WIDTH(set1_epi8)((char)r->low));
  codes = OF_THIS_WIDTH(min_epu8)(codes, OF_THIS_WIDTH(set1_epi8)((char)r->high));
  store32(out, codes);
}
