// Requantization and storing of LANES32 channels without masks, over the primitives of support/vector__*.h.

#include "requantize_template.h"

// Stores the channels from `channel` on, at most LANES32, of the pixel at `place`, as codes or as raw accumulators.
CK_TARGET static inline void store_vector(const ck_conv *conv, V32 acc, size_t channel, ptrdiff_t place) {
  size_t left = conv->channels - channel;
  place += (ptrdiff_t)channel;
  if (conv->io.accumulators) {
    int32_t all[LANES32];
    store32(all, acc);
    memcpy(conv->io.accumulators + place, all, (left < LANES32 ? left : LANES32) * sizeof *all);
    return;
  }
  CODES codes = requantized(acc, &conv->requantization, channel);
  ck_code *out = (ck_code *)conv->io.output + place;
  if (left >= LANES32) {
    store_codes32(out, codes);
  } else {
    ck_code all[LANES32];
    store_codes32(all, codes);
    memcpy(out, all, left);
  }
}
