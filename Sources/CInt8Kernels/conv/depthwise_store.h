// Stores what depthwise3x3_template.h and depthwise5x5_template.h compute.

#include "conv_window.h"

// Stores the first `count` results of a chunk, or a whole one as codes.
CK_TARGET ALWAYS_INLINE void store_results(const ck_conv *conv, size_t chunk, const V32 acc[SUMS], ptrdiff_t place,
                                           size_t count, const int whole) {
  if (whole) {
    store_chunk((ck_code *)conv->io.output + place, acc, &conv->requantization, chunk * CHUNK);
    return;
  }
  if (conv->io.accumulators) {
    int32_t all[SUMS][LANES32];
    UNROLL_FOR (int s = 0; s < SUMS; s++) store32(all[s], acc[s]);
    int32_t ordered[CHUNK];
    UNROLL_FOR (int i = 0; i < CHUNK; i += 4)
      memcpy(ordered + i, &all[i / 4 % SUMS][i / (4 * SUMS) * 4], 4 * sizeof ordered[0]);
    memcpy(conv->io.accumulators + place, ordered, (count < CHUNK ? count : CHUNK) * sizeof ordered[0]);
    return;
  }
  ck_code *out = (ck_code *)conv->io.output + place;
  if (count >= CHUNK) {
    store_chunk(out, acc, &conv->requantization, chunk * CHUNK);
  } else {
    ck_code all[CHUNK];
    store_chunk(all, acc, &conv->requantization, chunk * CHUNK);
    memcpy(out, all, count);
  }
}
