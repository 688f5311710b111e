// Which variants there are, and which of them serve here.
#include "CCPU.h"
#include "sha256.h"

static const cs_variant variants[] = {
    {"scalar", cs_absorb__scalar},
#if defined(__x86_64__)
    {"sha-ni", cs_absorb__shani},
#elif defined(__aarch64__)
    {"armv8", cs_absorb__armv8},
#endif
};

// Those of a mask of ccpu_set. Processors without instructions for it have the definition alone.
static size_t count(uint32_t sets) { return sets >> CCPU_SHA256 & 1 ? sizeof variants / sizeof variants[0] : 1; }

size_t cs_variants(void) { return count(ccpu_detected()); }

const cs_variant *cs_variant_at(size_t index) { return &variants[index]; }

const cs_variant *cs_fastest(void) { return &variants[count(ccpu_allowed()) - 1]; }
