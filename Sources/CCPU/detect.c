#include <stdatomic.h>

#include "CCPU.h"

#define BIT(set) (1u << (set))

#if defined(__x86_64__)

#include <cpuid.h>

// Bits of XCR0: the system saves xmm and ymm; opmask and zmm as well.
enum { XCR0_YMM = 0x06, XCR0_ZMM = 0xe6 };

static uint32_t xcr0(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static int all(uint32_t found, uint32_t wanted) { return (found & wanted) == wanted; }

static uint32_t detect(void) {
  uint32_t found = BIT(CCPU_SCALAR);
  uint32_t a, b, c, d, first;
  if (!__get_cpuid(1, &a, &b, &first, &d) || !(first & bit_SSE4_1)) return found;
  found |= BIT(CCPU_SSE41);
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return found;
  if (b & bit_SHA) found |= BIT(CCPU_SHA256);
  if (!(first & bit_OSXSAVE)) return found;
  uint32_t saved = xcr0();
  if (!all(saved, XCR0_YMM) || !(b & bit_AVX2) || !(first & bit_FMA)) return found;
  found |= BIT(CCPU_AVX2);
  if (all(saved, XCR0_ZMM) && all(b, bit_AVX512F | bit_AVX512BW | bit_AVX512VL | bit_AVX512DQ)) {
    found |= BIT(CCPU_AVX512);
    if (c & bit_AVX512VNNI) found |= BIT(CCPU_AVX512VNNI);
    if (c & bit_AVX512VBMI) found |= BIT(CCPU_AVX512VBMI);
  }
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & bit_AVXVNNI)) found |= BIT(CCPU_AVXVNNI);
  return found;
}

// Models of family 6 whose port 5 does not multiply 512 bits: Ice Lake, Tiger Lake and Rocket Lake, not for servers.
static int multiplies_on_one_port(uint32_t model) {
  return model == 0x7d || model == 0x7e || model == 0x8c || model == 0x8d || model == 0xa7;
}

int ccpu_adds_where_it_multiplies(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(0, &a, &b, &c, &d) || b != signature_INTEL_ebx || c != signature_INTEL_ecx ||
      d != signature_INTEL_edx)
    return 0;
  return __get_cpuid(1, &a, &b, &c, &d) && !multiplies_on_one_port((a >> 12 & 0xf0) | (a >> 4 & 0xf));
}

#elif defined(__aarch64__)

#include <sys/auxv.h>

// Bits of the kernel's hwcap interface (arch/arm64/include/uapi/asm/hwcap.h).
#define HWCAP_BIT_SHA2 (1ul << 6)
#define HWCAP_BIT_ASIMDDP (1ul << 20)
#define HWCAP2_BIT_I8MM (1ul << 13)

static uint32_t detect(void) {
  uint32_t found = BIT(CCPU_SCALAR) | BIT(CCPU_NEON);
  unsigned long first = getauxval(AT_HWCAP);
  if (first & HWCAP_BIT_SHA2) found |= BIT(CCPU_SHA256);
  if (first & HWCAP_BIT_ASIMDDP) {
    found |= BIT(CCPU_DOTPROD);
    if (getauxval(AT_HWCAP2) & HWCAP2_BIT_I8MM) found |= BIT(CCPU_I8MM);
  }
  return found;
}

#else

static uint32_t detect(void) { return BIT(CCPU_SCALAR); }

#endif

#if !defined(__x86_64__)
int ccpu_adds_where_it_multiplies(void) { return 0; }
#endif

uint32_t ccpu_detected(void) {
  // 0 until it is known. Threads that come at once find the same.
  static _Atomic uint32_t known;
  uint32_t found = atomic_load_explicit(&known, memory_order_relaxed);
  if (found == 0) {
    found = detect();
    atomic_store_explicit(&known, found, memory_order_relaxed);
  }
  return found;
}
