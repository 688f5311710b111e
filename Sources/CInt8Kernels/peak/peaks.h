// The one list of peak measurements.
#if defined(__x86_64__)
#define CK_PEAKS                          \
  CK_PEAK(ck_peak__scalar, SCALAR)        \
  CK_PEAK(ck_peak__avx2, AVX2)            \
  CK_PEAK(ck_peak__avxvnni, AVXVNNI)      \
  CK_PEAK(ck_peak__avx512vnni, AVX512VNNI)
#else
#define CK_PEAKS CK_PEAK(ck_peak__scalar, SCALAR)
#endif
