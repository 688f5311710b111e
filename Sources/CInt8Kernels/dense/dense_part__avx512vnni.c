#if defined(__x86_64__)

#include "../support/vector__avx512.h"

#define VECTORS 16
#define NAME ck_qs8_qc8w_dense_part__avx512vnni

#define dot dot4

#include "dense_part_template.h"

#endif
