// Convolutions in plain C. The including file defines
//   INPUT                what is read
//   STORE                how one result is stored, as ck_store
//   NAME, NAME_POOLED    the two kernels

#include "../support/template.h"
#include "conv_window.h"

static inline const INPUT *at(const INPUT *window, ptrdiff_t bytes) {
  return (const INPUT *)(const void *)((const char *)window + bytes);
}

// One window's sums for a block of channels. Pairs of 16-bit products are what compilers make most of: SSE2, which
// every x86-64 has, multiplies and adds them in one instruction. Unsigned arithmetic, since partial sums may wrap
// around.
static void accumulate(const ck_conv *conv, const INPUT *window, size_t block, uint32_t sums[CK_BLOCK]) {
  const int16_t *w = (const int16_t *)conv->weights + block * conv->segment_count * conv->segment_groups * CK_BLOCK * 2;
  uint32_t acc[CK_BLOCK];
  for (size_t lane = 0; lane < CK_BLOCK; lane++) acc[lane] = (uint32_t)conv->bias[block * CK_BLOCK + lane];
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const INPUT *x = at(window, conv->segments[segment]);
    for (size_t group = 0; group < conv->segment_groups; group++, x += 2, w += 2 * CK_BLOCK) {
      const int16_t first = x[0], second = x[1];
      for (size_t lane = 0; lane < CK_BLOCK; lane++)
        acc[lane] += (uint32_t)((int32_t)w[2 * lane] * first + (int32_t)w[2 * lane + 1] * second);
    }
  }
  for (size_t lane = 0; lane < CK_BLOCK; lane++) sums[lane] = acc[lane];
}

// `side` x `side` windows are pooled. Equation (4): requantization is monotonic, so the largest accumulator gives the
// largest code.
ALWAYS_INLINE void conv_rows(const ck_conv *conv, size_t first, size_t end, const size_t side) {
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < conv->columns; column++) {
      const INPUT *window = ck_window_at(conv, side * row, side * column);
      const ptrdiff_t place = ck_place_of(conv, row, column);
      for (size_t channel = 0; channel < conv->channels; channel += CK_BLOCK) {
        int32_t largest[CK_BLOCK];
        for (size_t part = 0; part < side * side; part++) {
          ptrdiff_t down = (ptrdiff_t)(part / side), across = (ptrdiff_t)(part % side);
          uint32_t acc[CK_BLOCK];
          accumulate(conv, at(window, down * conv->input_row + across * conv->input_pixel), channel / CK_BLOCK, acc);
          for (size_t lane = 0; lane < CK_BLOCK; lane++)
            if (part == 0 || (int32_t)acc[lane] > largest[lane]) largest[lane] = (int32_t)acc[lane];
        }
        for (size_t lane = 0; lane < CK_BLOCK && channel + lane < conv->channels; lane++)
          STORE(&conv->io, &conv->requantization, place + (ptrdiff_t)(channel + lane), channel + lane, largest[lane]);
      }
    }
  }
}

void NAME(const void *operation, size_t first, size_t end) { conv_rows(operation, first, end, 1); }

void NAME_POOLED(const void *operation, size_t first, size_t end) { conv_rows(operation, first, end, 2); }
