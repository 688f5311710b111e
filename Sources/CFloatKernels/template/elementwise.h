// Kernels without sums over neighbours. Every element is computed alone, so the scalar end of a loop gives what the
// vectors give.

// A short end is computed as one vector in a padded copy, so that there is one formula.
#define FOR_VECTORS(count) for (size_t i = 0; i < (count); i += LANES)

INLINE int left_of(size_t count, size_t i) { return count - i < LANES ? (int)(count - i) : LANES; }

static void unit_from_bytes(const uint8_t *pixels, float *out, size_t count) {
  // p * (1/255) with one step of Newton's correction is the correctly rounded quotient for all 256 values.
  const vec inverse = SPLAT(1.0f / 255.0f), divisor = SPLAT(-255.0f);
  FOR_VECTORS (count) {
    vec_byte bytes = (vec_byte)(0);
    if (count - i >= LANES) bytes = *(const vec_byte_at *)(pixels + i);
    else memcpy(&bytes, pixels + i, count - i);
    vec p = __builtin_convertvector(bytes, vec);
    vec q = p * inverse;
    store_some(out + i, FMA(FMA(divisor, q, p), inverse, q), left_of(count, i));
  }
}

static void clamp(const float *x, float *y, size_t count, cf_clamp clamp) {
  vec low = SPLAT(clamp.low), high = SPLAT(clamp.high);
  FOR_VECTORS (count) {
    int left = left_of(count, i);
    vec value = load_some(x + i, left);
    store_some(y + i, clamped(value, low, high), left);
  }
}

static void clamp_backward(const float *y, const float *dy, float *dx, size_t count, cf_clamp clamp) {
  vec low = SPLAT(clamp.low), high = SPLAT(clamp.high);
  FOR_VECTORS (count) {
    int left = left_of(count, i);
    vec value = load_some(y + i, left), gradient = load_some(dy + i, left);
    vec_int passes = (value > low) & (value < high);
    store_some(dx + i, choose(passes, gradient, SPLAT(0)), left);
  }
}

static void add(float *sum, const float *x, size_t count) {
  FOR_VECTORS (count) {
    int left = left_of(count, i);
    store_some(sum + i, load_some(sum + i, left) + load_some(x + i, left), left);
  }
}

static void add_two(const float *a, const float *b, float *y, size_t count, cf_clamp clamp) {
  vec low = SPLAT(clamp.low), high = SPLAT(clamp.high);
  FOR_VECTORS (count) {
    int left = left_of(count, i);
    store_some(y + i, clamped(load_some(a + i, left) + load_some(b + i, left), low, high), left);
  }
}

static void moving_average(float rate, const float *x, float *average, size_t count) {
  FOR_VECTORS (count) {
    int left = left_of(count, i);
    vec old = load_some(average + i, left);
    store_some(average + i, FMA(SPLAT(rate), load_some(x + i, left) - old, old), left);
  }
}

static void adam(const cf_adam *step, float *weights, const float *gradients, float *first, float *second,
                 size_t count) {
  vec beta1 = SPLAT(step->beta1), beta2 = SPLAT(step->beta2);
  vec rest1 = SPLAT(1 - step->beta1), rest2 = SPLAT(1 - step->beta2);
  vec root = SPLAT(step->inverse_root), epsilon = SPLAT(step->epsilon);
  vec rate = SPLAT(-step->rate), keep = SPLAT(step->keep);
  FOR_VECTORS (count) {
    int left = left_of(count, i);
    vec g = load_some(gradients + i, left);
    vec m = FMA(beta1, load_some(first + i, left), rest1 * g);
    vec v = FMA(beta2, load_some(second + i, left), rest2 * g * g);
    vec w = load_some(weights + i, left) * keep;
    store_some(first + i, m, left);
    store_some(second + i, v, left);
    store_some(weights + i, FMA(rate, m / FMA(SQRT(v), root, epsilon), w), left);
  }
}

static void momentum(float rate, float momentum, float keep, float *weights, const float *gradients, float *first,
                     size_t count) {
  FOR_VECTORS (count) {
    int left = left_of(count, i);
    vec m = FMA(SPLAT(momentum), load_some(first + i, left), load_some(gradients + i, left));
    store_some(first + i, m, left);
    store_some(weights + i, FMA(SPLAT(-rate), m, load_some(weights + i, left) * SPLAT(keep)), left);
  }
}
