// Requantization and storing with SSE4.1.
#ifndef CK_STORE_SSE41_H
#define CK_STORE_SSE41_H

#include "vector__sse41.h"

#include "store_template.h"

// Stores the channels from `channel` on, at most LANES32 * vectors.
CK_TARGET ALWAYS_INLINE void store_channels(const ck_conv *conv, const V32 *acc, const int vectors, size_t channel,
                                            ptrdiff_t place) {
  UNROLL_FOR (int v = 0; v < vectors; v++, channel += LANES32) {
    if (v > 0 && channel >= conv->channels) return;
    store_vector(conv, acc[v], channel, place);
  }
}

#endif
