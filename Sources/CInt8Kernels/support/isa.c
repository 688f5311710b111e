#include "CInt8Kernels.h"

#if defined(__x86_64__)

#include <cpuid.h>

// Bits of XCR0: the system saves xmm and ymm; opmask and zmm as well.
enum { XCR0_YMM = 0x06, XCR0_ZMM = 0xe6 };

static uint32_t xcr0(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

uint32_t ck_isa_detect(void) {
  uint32_t found = 1u << CK_ISA_SCALAR;
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return found;
  if (c & (1u << 19)) found |= 1u << CK_ISA_SSE41;
  int has_xsave = (c >> 27) & 1;
  if (!has_xsave || (xcr0() & XCR0_YMM) != XCR0_YMM) return found;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return found;
  int avx2 = (b >> 5) & 1;
  if (!avx2) return found;
  found |= 1u << CK_ISA_AVX2;
  // F, BW, VL, DQ and VNNI.
  int avx512 = ((b >> 16) & 1) && ((b >> 30) & 1) && ((b >> 31) & 1) && ((b >> 17) & 1) && ((c >> 11) & 1);
  if (avx512 && (xcr0() & XCR0_ZMM) == XCR0_ZMM) found |= 1u << CK_ISA_AVX512VNNI;
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d) && ((a >> 4) & 1)) found |= 1u << CK_ISA_AVXVNNI;
  return found;
}

#elif defined(__aarch64__)

#include <sys/auxv.h>

// Bits of the kernel's hwcap interface (arch/arm64/include/uapi/asm/hwcap.h).
#define HWCAP_BIT_ASIMDDP (1ul << 20)
#define HWCAP2_BIT_I8MM (1ul << 13)

uint32_t ck_isa_detect(void) {
  uint32_t found = (1u << CK_ISA_SCALAR) | (1u << CK_ISA_NEON);
  if (getauxval(AT_HWCAP) & HWCAP_BIT_ASIMDDP) {
    found |= 1u << CK_ISA_DOTPROD;
    if (getauxval(AT_HWCAP2) & HWCAP2_BIT_I8MM) found |= 1u << CK_ISA_I8MM;
  }
  return found;
}

#else

uint32_t ck_isa_detect(void) { return 1u << CK_ISA_SCALAR; }

#endif
