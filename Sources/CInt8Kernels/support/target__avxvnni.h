// What files of AVX-VNNI include before the primitives of AVX2 (support/vector__avx2.h), which they use.
#ifndef CK_TARGET_AVXVNNI_H
#define CK_TARGET_AVXVNNI_H

#define CK_TARGET __attribute__((target("avx2,avxvnni")))
#define CK_HAS_AVXVNNI

#endif
