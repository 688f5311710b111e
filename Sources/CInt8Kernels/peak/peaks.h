// The one list of peak measurements.
#if defined(__x86_64__)
#define CK_PEAKS                     \
  CK_PEAK(ck_peak__scalar, SCALAR)   \
  CK_PEAK(ck_peak__sse41, SSE41)     \
  CK_PEAK(ck_peak__avx2, AVX2)       \
  CK_PEAK(ck_peak__avxvnni, AVXVNNI) \
  CK_PEAK(ck_peak__avx512vnni, AVX512VNNI)
#elif defined(__aarch64__)
#define CK_PEAKS                     \
  CK_PEAK(ck_peak__scalar, SCALAR)   \
  CK_PEAK(ck_peak__neon, NEON)       \
  CK_PEAK(ck_peak__dotprod, DOTPROD) \
  CK_PEAK(ck_peak__i8mm, I8MM)
#else
#define CK_PEAKS CK_PEAK(ck_peak__scalar, SCALAR)
#endif
