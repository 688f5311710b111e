#include "../support/requantize.h"

// One window's sums for a block of channels. Pairs of 16-bit products are what compilers make most of: SSE2, which
// every x86-64 has, multiplies and adds them in one instruction. Unsigned arithmetic, since partial sums may wrap
// around.
static void accumulate(const ck_conv *conv, const ck_code *window, size_t block, uint32_t sums[CK_BLOCK]) {
  const int16_t *w = (const int16_t *)conv->weights + block * conv->segment_count * conv->segment_groups * CK_BLOCK * 2;
  uint32_t acc[CK_BLOCK];
  for (size_t lane = 0; lane < CK_BLOCK; lane++) acc[lane] = (uint32_t)conv->bias[block * CK_BLOCK + lane];
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const ck_code *x = window + conv->segments[segment];
    for (size_t group = 0; group < conv->segment_groups; group++, x += 2, w += 2 * CK_BLOCK) {
      const int16_t first = x[0], second = x[1];
      for (size_t lane = 0; lane < CK_BLOCK; lane++)
        acc[lane] += (uint32_t)((int32_t)w[2 * lane] * first + (int32_t)w[2 * lane + 1] * second);
    }
  }
  for (size_t lane = 0; lane < CK_BLOCK; lane++) sums[lane] = acc[lane];
}

static size_t lanes_of(const ck_conv *conv, size_t block) {
  size_t left = conv->channels - block * CK_BLOCK;
  return left < CK_BLOCK ? left : CK_BLOCK;
}

void ck_qs8_qc8w_conv__scalar(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < conv->columns; column++) {
      const ck_code *window = (const ck_code *)conv->io.input + (ptrdiff_t)row * conv->input_row +
                              (ptrdiff_t)column * conv->input_pixel;
      ptrdiff_t place = (ptrdiff_t)row * conv->output_row + (ptrdiff_t)column * conv->output_pixel;
      for (size_t block = 0; block * CK_BLOCK < conv->channels; block++) {
        uint32_t acc[CK_BLOCK];
        accumulate(conv, window, block, acc);
        for (size_t lane = 0; lane < lanes_of(conv, block); lane++) {
          size_t channel = block * CK_BLOCK + lane;
          if (conv->io.accumulators) conv->io.accumulators[place + (ptrdiff_t)channel] = (int32_t)acc[lane];
          else ((ck_code *)conv->io.output)[place + (ptrdiff_t)channel] =
              ck_requantize((int32_t)acc[lane], &conv->requantization, channel);
        }
      }
    }
  }
}

// Equation (4): requantization is monotonic, so the largest accumulator of four gives the largest code.
void ck_qs8_qc8w_conv_maxpool2x2__scalar(const void *operation, size_t first, size_t end) {
  const ck_conv *conv = operation;
  for (size_t row = first; row < end; row++) {
    for (size_t column = 0; column < conv->columns; column++) {
      const ck_code *window = (const ck_code *)conv->io.input + 2 * (ptrdiff_t)row * conv->input_row +
                              2 * (ptrdiff_t)column * conv->input_pixel;
      ck_code *out = (ck_code *)conv->io.output + (ptrdiff_t)row * conv->output_row +
                     (ptrdiff_t)column * conv->output_pixel;
      for (size_t block = 0; block * CK_BLOCK < conv->channels; block++) {
        int32_t largest[CK_BLOCK];
        for (int part = 0; part < 4; part++) {
          uint32_t acc[CK_BLOCK];
          accumulate(conv, window + (part / 2) * conv->input_row + (part % 2) * conv->input_pixel, block, acc);
          for (size_t lane = 0; lane < CK_BLOCK; lane++)
            if (part == 0 || (int32_t)acc[lane] > largest[lane]) largest[lane] = (int32_t)acc[lane];
        }
        for (size_t lane = 0; lane < lanes_of(conv, block); lane++) {
          size_t channel = block * CK_BLOCK + lane;
          out[channel] = ck_requantize(largest[lane], &conv->requantization, channel);
        }
      }
    }
  }
}
