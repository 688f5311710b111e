// What the variants share.
#ifndef SHA256_H
#define SHA256_H

#include "CSHA256.h"

/// The round constants K of FIPS 180-4, section 4.2.2.
extern const uint32_t cs_round_constants[64];

void cs_absorb__scalar(uint32_t *state, const void *blocks, size_t count);
void cs_absorb__shani(uint32_t *state, const void *blocks, size_t count);
void cs_absorb__armv8(uint32_t *state, const void *blocks, size_t count);

#endif
