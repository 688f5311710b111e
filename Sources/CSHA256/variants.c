// Which variants there are, and which of them this machine can run.
#include "sha256.h"

static const cs_variant variants[] = {
    {"scalar", cs_absorb__scalar},
#if defined(__x86_64__)
    {"sha-ni", cs_absorb__shani},
#elif defined(__aarch64__)
    {"armv8", cs_absorb__armv8},
#endif
};

#if defined(__x86_64__)

#include <cpuid.h>

static int has_instructions(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  int ssse3 = (c >> 9) & 1, sse41 = (c >> 19) & 1;
  return ssse3 && sse41 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && ((b >> 29) & 1);
}

#elif defined(__aarch64__)

#include <sys/auxv.h>

// Of the kernel's hwcap interface (arch/arm64/include/uapi/asm/hwcap.h).
#define HWCAP_BIT_SHA2 (1ul << 6)

static int has_instructions(void) { return (getauxval(AT_HWCAP) & HWCAP_BIT_SHA2) != 0; }

#else

static int has_instructions(void) { return 0; }

#endif

size_t cs_variants(void) { return has_instructions() ? 2 : 1; }

const cs_variant *cs_variant_at(size_t index) { return &variants[index]; }

cs_absorb cs_quickest(void) { return variants[cs_variants() - 1].absorb; }
