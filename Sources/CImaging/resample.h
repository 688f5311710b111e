// What the variants of the resampler share.
#ifndef CIMAGING_RESAMPLE_H
#define CIMAGING_RESAMPLE_H

#include "CImaging.h"

// |sum| <= 255 * 2^14 + 2^13 < 2^23, since weights are at least 0 and sum to 2^14.
enum { HALF = 1 << 13, BITS = 14 };

/// Columns first ... first + count - 1 of one output row, from the source row that it starts at.
void resample_columns_part(const int16_t *weights, size_t taps, const uint8_t *from, size_t stride, size_t first,
                           size_t count, uint8_t *to);

/// Outputs first ... outputs - 1 of one RGB row.
void resample_row_of_3(const ci_axis *axis, const uint8_t *from, size_t first, uint8_t *to);

/// One grey row.
void resample_row_of_1(const ci_axis *axis, const uint8_t *from, uint8_t *to);

extern const ci_resampler ci_resampler__scalar;
#if defined(__x86_64__)
extern const ci_resampler ci_resampler__avx2;
#elif defined(__aarch64__)
extern const ci_resampler ci_resampler__neon;
#endif

#endif
