// What dense_template.h needs where both sides are widened to 16 bits, so that nothing saturates. The includer brings
// the names of support/vector__*.h.
#define INPUTS V16
#define STEP LANES16
#define OUTPUTS 8

CK_TARGET static inline INPUTS load_inputs(const ck_code *x) { return load_codes16(x); }
CK_TARGET static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) { return add_pairs(acc, x, load_weights16(w)); }
