#if defined(__x86_64__)

#include "../support/vector__avx512.h"

#define NAME ck_qs8_qc8w_depthwise5x5__avx512vnni
#define OF_THIS_WIDTH(name) _mm512_##name
#define dot dot4

#include "depthwise_bytes.h"
#include "depthwise5x5_template.h"

#endif
