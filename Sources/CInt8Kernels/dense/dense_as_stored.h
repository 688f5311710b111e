// What dense_template.h needs on aarch64, where codes are multiplied as they are stored. The includer brings the names
// of support/vector__neon.h, and defines dot16: adds the products of 16 codes and 16 weights, whichever lane they go
// to; and INPUT_VECTORS: how many vectors of 16 codes are multiplied at a time, 2 or 4.
typedef struct {
  V8 part[INPUT_VECTORS];
} dense_inputs;

#define INPUTS dense_inputs
#define STEP (16 * INPUT_VECTORS)
#define OUTPUTS 8

CK_TARGET ALWAYS_INLINE INPUTS load_inputs(const ck_code *x) {
  INPUTS inputs;
  UNROLL_FOR (int i = 0; i < INPUT_VECTORS; i++) inputs.part[i] = load8(x + 16 * i);
  return inputs;
}

CK_TARGET ALWAYS_INLINE V32 dot(V32 acc, INPUTS x, const int8_t *w) {
  UNROLL_FOR (int i = 0; i < INPUT_VECTORS; i++) acc = dot16(acc, x.part[i], load8(w + 16 * i));
  return acc;
}
