// The sizes and the product of conv_template.h where inputs and weights are widened to 16 bits: multiplying bytes
// (pmaddubsw) would saturate (2 * 255 * 127 > 32767), multiplying words (pmaddwd) cannot.
#define WIDE_VECTORS 2
#define WIDE 4
#define WIDE_POOLED 2
#define NARROW 8
#define NARROW_POOLED 4

CK_TARGET static inline V32 dot(V32 acc, V32 x, V32 w) { return add_pairs(acc, x, w); }
