// The sizes and primitives of depthwise3x3_template.h and depthwise5x5_template.h with dot products of Armv8.2.
enum { CHUNK = 16, SUMS = 4, PARTS = 4 };

#define BYTES V8
#define load_bytes load8
#define dot dot4

#define ROW V8
#define load_row load8

CK_TARGET static inline void interleave(const ROW rows[4], BYTES parts[PARTS]) {
  const V8 a = rows[0], b = rows[1], c = rows[2], d = rows[3];
  const int16x8_t ab[2] = {vreinterpretq_s16_s8(vzip1q_s8(a, b)), vreinterpretq_s16_s8(vzip2q_s8(a, b))};
  const int16x8_t cd[2] = {vreinterpretq_s16_s8(vzip1q_s8(c, d)), vreinterpretq_s16_s8(vzip2q_s8(c, d))};
  UNROLL_FOR (int i = 0; i < 2; i++) {
    parts[2 * i] = vreinterpretq_s8_s16(vzip1q_s16(ab[i], cd[i]));
    parts[2 * i + 1] = vreinterpretq_s8_s16(vzip2q_s16(ab[i], cd[i]));
  }
}

CK_TARGET static inline void store_chunk(ck_code *out, const V32 acc[SUMS], const ck_requantization *r, size_t first) {
  store8(out, vcombine_s8(requantized(acc, r, first), requantized(acc + 2, r, first + 8)));
}
