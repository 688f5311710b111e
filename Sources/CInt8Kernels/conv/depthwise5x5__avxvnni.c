#if defined(__x86_64__)

#include "../support/target__avxvnni.h"

#include "../support/vector__avx2.h"

#define NAME ck_qs8_qc8w_depthwise5x5__avxvnni
#define OF_THIS_WIDTH(name) _mm256_##name
#define dot _mm256_dpbusd_avx_epi32

#include "depthwise_bytes.h"
#include "depthwise5x5_template.h"

#endif
