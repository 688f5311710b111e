// Exponential and logarithm from additions, multiplications and divisions alone: a C library may choose another
// polynomial on another machine, and losses decide weights.
#include "CFloatKernels.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

static double power_of_two(int exponent) {  // -1022 ... 1023
  uint64_t bits = (uint64_t)(exponent + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

double cf_exp(double x) {
  if (x != x) return x;
  if (x > 709) x = 709;
  if (x < -700) return 0;
  // x = k ln 2 + r with |r| <= 0.35; ln 2 in two parts, the first with few enough bits that k times it is exact.
  const double high = 0x1.62e42feep-1, low = 0x1.a39ef35793c76p-33;
  double scaled = x * 1.4426950408889634;
  int k = (int)(scaled + (scaled < 0 ? -0.5 : 0.5));
  double r = (x - k * high) - k * low;
  double sum = 1;
  for (int i = 14; i >= 1; i--) sum = 1 + sum * r / i;  // Horner's form of the series; 0.35^15 / 15! < 2^-62
  return sum * power_of_two(k);
}

double cf_log(double x) {
  // x = 2^k * m with m in 0.71 ... 1.41, and ln m = 2 atanh((m - 1) / (m + 1)).
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int k = (int)(bits >> 52) - 1023;
  bits = (bits & ((UINT64_C(1) << 52) - 1)) | (UINT64_C(1023) << 52);
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m /= 2;
    k += 1;
  }
  double s = (m - 1) / (m + 1), square = s * s, sum = 0;
  for (int i = 23; i >= 1; i -= 2) sum = sum * square + 1.0 / i;  // |s| < 0.172, 0.172^25 / 25 < 2^-68
  const double high = 0x1.62e42feep-1, low = 0x1.a39ef35793c76p-33;
  return k * high + (2 * s * sum + k * low);
}
