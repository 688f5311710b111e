// The copy of a row's inside where codes are converted, written once for all vector instruction sets.
//
// The including file defines
//   CK_TARGET     the attribute that names the instruction set, or nothing
//   CONVERTS      whether a ck_prepare converts; where it does not, bytes are copied
//   OUT           what codes become
//   convert_16, convert   16 codes, and one
//   NAME          the kernel

#include "prepare.h"

CK_TARGET static inline void copy_codes(const ck_prepare *prepare, const uint8_t *in, void *out, size_t count) {
  if (!CONVERTS(prepare)) {
    memcpy(out, in, count);
    return;
  }
  OUT *converted = out;
  size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    UNROLL_FOR (size_t j = 0; j < 64; j += 16) convert_16(in + i + j, converted + i + j);
  }
  for (; i + 16 <= count; i += 16) convert_16(in + i, converted + i);
  for (; i < count; i++) converted[i] = convert(in[i]);
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  ck_prepare_rows(operation, first, end, copy_codes);
}
