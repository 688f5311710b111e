// The compression function of SHA-256 (FIPS 180-4, section 6.2.2), on the instructions that processors have for it.
#ifndef CSHA256_H
#define CSHA256_H

#include <stddef.h>
#include <stdint.h>

/// Absorbs `count` blocks of 64 bytes into the eight words of a hash's state.
typedef void (*cs_absorb)(uint32_t *state, const void *blocks, size_t count);

/// One way to do it; all give the same words.
typedef struct {
  const char *name;
  cs_absorb absorb;
} cs_variant;

/// The variants that this machine can run, whatever its limit, the definition first; `index` below `cs_variants()`.
size_t cs_variants(void);
const cs_variant *cs_variant_at(size_t index);

/// The fastest of them within the limit of CCPU.
const cs_variant *cs_fastest(void);

#endif
