// What dense_template.h needs where words are multiplied by weights widened to words, pair by pair.
#define CODE int16_t
#define INPUTS V16
#define STEP LANES16
#define OUTPUTS 4

CK_TARGET static inline INPUTS load_inputs(const int16_t *x) { return load_words(x); }
CK_TARGET static inline V32 dot(V32 acc, INPUTS x, const int8_t *w) { return add_pairs(acc, x, load_weights16(w)); }
