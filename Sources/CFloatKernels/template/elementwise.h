// Kernels without sums over neighbours. Every element is computed alone, so the scalar end of a loop gives what the
// vectors give.

// A short end is computed as one vector in a padded copy, so that there is one formula.
#define FOR_VECTORS(count) for (size_t i = 0; i < (count); i += LANES)

INLINE int at_most_lanes(size_t left) { return left < LANES ? (int)left : LANES; }

static void unit_from_bytes(const uint8_t *pixels, float *out, size_t count) {
  // p * (1/255) with one step of Newton's correction is the correctly rounded quotient for all 256 values.
  const vec inverse = SPLAT(1.0f / 255.0f), divisor = SPLAT(-255.0f);
  FOR_VECTORS(count) {
    vec_byte bytes = (vec_byte)(0);
    if (count - i >= LANES) bytes = *(const vec_byte_at *)(pixels + i);
    else memcpy(&bytes, pixels + i, count - i);
    vec p = __builtin_convertvector(bytes, vec);
    vec q = p * inverse;
    store_some(out + i, FMA(FMA(divisor, q, p), inverse, q), at_most_lanes(count - i));
  }
}

static void clamp(const float *x, float *y, size_t count, cf_clamp clamp) {
  vec low = SPLAT(clamp.low), high = SPLAT(clamp.high);
  FOR_VECTORS(count) {
    vec value = load_some(x + i, count - i);
    store_some(y + i, CLAMP(value, low, high), at_most_lanes(count - i));
  }
}

static void clamp_backward(const float *y, const float *dy, float *dx, size_t count, cf_clamp clamp) {
  vec low = SPLAT(clamp.low), high = SPLAT(clamp.high);
  FOR_VECTORS(count) {
    vec value = load_some(y + i, count - i), gradient = load_some(dy + i, count - i);
    vec_int passes = (value > low) & (value < high);
    store_some(dx + i, passes ? gradient : SPLAT(0), at_most_lanes(count - i));
  }
}

static void add(float *sum, const float *x, size_t count) {
  FOR_VECTORS(count) store_some(sum + i, load_some(sum + i, count - i) + load_some(x + i, count - i), at_most_lanes(count - i));
}

static void follow(float rate, const float *x, float *average, size_t count) {
  FOR_VECTORS(count) {
    vec old = load_some(average + i, count - i);
    store_some(average + i, FMA(SPLAT(rate), load_some(x + i, count - i) - old, old), at_most_lanes(count - i));
  }
}

static void adam(const cf_adam *step, float *weights, const float *gradients, float *first, float *second,
                 size_t count) {
  vec beta1 = SPLAT(step->beta1), beta2 = SPLAT(step->beta2);
  vec rest1 = SPLAT(1 - step->beta1), rest2 = SPLAT(1 - step->beta2);
  vec root = SPLAT(step->inverse_root), epsilon = SPLAT(step->epsilon);
  vec rate = SPLAT(-step->rate), keep = SPLAT(step->keep);
  FOR_VECTORS(count) {
    int left = at_most_lanes(count - i);
    vec g = load_some(gradients + i, count - i);
    vec m = FMA(beta1, load_some(first + i, count - i), rest1 * g);
    vec v = FMA(beta2, load_some(second + i, count - i), rest2 * g * g);
    vec w = load_some(weights + i, count - i) * keep;
    store_some(first + i, m, left);
    store_some(second + i, v, left);
    store_some(weights + i, FMA(rate, m / FMA(SQRT(v), root, epsilon), w), left);
  }
}

static void momentum(float rate, float momentum, float keep, float *weights, const float *gradients, float *first,
                     size_t count) {
  FOR_VECTORS(count) {
    int left = at_most_lanes(count - i);
    vec m = FMA(SPLAT(momentum), load_some(first + i, count - i), load_some(gradients + i, count - i));
    store_some(first + i, m, left);
    store_some(weights + i, FMA(SPLAT(-rate), m, load_some(weights + i, count - i) * SPLAT(keep)), left);
  }
}
