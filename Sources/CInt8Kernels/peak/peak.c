#include "CInt8Kernels.h"

#include "peaks.h"

#define CK_PEAK(function, isa) uint64_t function(uint64_t rounds);
CK_PEAKS
#undef CK_PEAK

uint64_t ck_peak(ccpu_set isa, uint64_t rounds) {
  switch (isa) {
#define CK_PEAK(function, name) \
  case CCPU_##name: return function(rounds);
    CK_PEAKS
#undef CK_PEAK
    default: return 0;
  }
}
