// Requantization and storing for kernels that read words, over the primitives of support/vector__*.h and
// support/words__*.h: results are words, codes or raw accumulators.

// Stores the channels from `channel` on, at most LANES32, of the pixel at `place`.
CK_TARGET ALWAYS_INLINE void store_vector16(const ck_conv *conv, V32 acc, size_t channel, ptrdiff_t place) {
  const ck_requantization *r = &conv->requantization;
  const size_t left = conv->channels - channel, count = left < LANES32 ? left : LANES32;
  place += (ptrdiff_t)channel;
  if (conv->io.accumulators) {
    int32_t all[LANES32];
    store32(all, acc);
    memcpy(conv->io.accumulators + place, all, count * sizeof *all);
    return;
  }
  V32 code = rounded_product(multiply_floats(floats_of(acc), load_floats(r->multipliers + channel)));
  // A product far below all codes is INT_MIN on x86, from which a zero point below 0 would wrap around.
  code = add32(max32(code, splat32(-(int32_t)CK_PRODUCT16_LIMIT)), splat32(r->zero_point));
  code = min32(max32(code, splat32(r->low)), splat32(r->high));
  if (r->words) {
    int16_t *out = (int16_t *)conv->io.output + place, some[LANES32];
    store_words(count == LANES32 ? out : some, code);
    if (count < LANES32) memcpy(out, some, count * sizeof *some);
  } else {
    ck_code *out = (ck_code *)conv->io.output + place, some[LANES32];
    store_codes32(count == LANES32 ? out : some, codes_of32(code));
    if (count < LANES32) memcpy(out, some, count);
  }
}

// Stores the channels from `channel` on, at most LANES32 * vectors.
CK_TARGET ALWAYS_INLINE void store_channels(const ck_conv *conv, const V32 *acc, const int vectors, size_t channel,
                                            ptrdiff_t place) {
  UNROLL_FOR (int v = 0; v < vectors; v++, channel += LANES32) {
    if (v > 0 && channel >= conv->channels) return;
    store_vector16(conv, acc[v], channel, place);
  }
}
