#include "CInt8Kernels.h"

uint64_t ck_peak__scalar(uint64_t rounds) {
  // Four chains of multiply-adds that the compiler can neither join nor leave out.
  int32_t a = 1, b = 2, c = 3, d = 4, x = 3, y = 5;
  for (uint64_t i = 0; i < rounds; i++) {
    __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(x), "+r"(y));
    a = (int32_t)((uint32_t)a + (uint32_t)x * (uint32_t)y);
    b = (int32_t)((uint32_t)b + (uint32_t)x * (uint32_t)y + 1u);
    c = (int32_t)((uint32_t)c + (uint32_t)x * (uint32_t)y + 2u);
    d = (int32_t)((uint32_t)d + (uint32_t)x * (uint32_t)y + 3u);
  }
  __asm__ volatile("" : : "r"(a), "r"(b), "r"(c), "r"(d));
  return rounds * 4;
}
