// What the variants of the conversion share.
#ifndef CIMAGING_YUV_H
#define CIMAGING_YUV_H

#include "CImaging.h"

/// Pixels first ... width - 1 of a row; first is even.
void yuv_row_of_yuyv(const uint8_t *from, size_t first, size_t width, uint8_t *to);
void yuv_row_of_nv12(const uint8_t *luma, const uint8_t *chroma, size_t first, size_t width, uint8_t *to);

extern const ci_converter ci_converter__scalar;
#if defined(__x86_64__)
extern const ci_converter ci_converter__avx2;
#elif defined(__aarch64__)
extern const ci_converter ci_converter__neon;
#endif

#endif
