// What dense_template.h needs on aarch64, where codes are multiplied as they are stored, two vectors of them at a time.
// The includer brings the names of support/vector__neon.h, and defines dot16: adds the products of 16 codes and 16
// weights, whichever lane they go to.
#define INPUTS int8x16x2_t
#define STEP 32
#define OUTPUTS 8

CK_TARGET static inline INPUTS load_inputs(const ck_code *x) { return (INPUTS){{load8(x), load8(x + 16)}}; }
CK_TARGET static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) {
  return dot16(dot16(acc, x.val[0], load8(w)), x.val[1], load8(w + 16));
}
