// Bilinear resizing, written once for all vector instruction sets: lanes are channels, LANES16 of them at a time. Over
// the primitives of support/vector__*.h. The including file defines NAME, the kernel.

#include "resize.h"

// Mixes LANES16 channels of four pixels. What lies beyond 16 bits saturates to the end where the code lies.
CK_TARGET ALWAYS_INLINE CODES mixed(const ck_corners *corners, size_t c, const V32 weights[4], V32 input_zero_point,
                                    F32 multiplier, V16 zero_point) {
  V32 sums[2] = {zero32(), zero32()};
  UNROLL_FOR (int corner = 0; corner < 4; corner++) {
    V32 words[2];
    load_code_words(corners->pixels[corner] + c, input_zero_point, words);
    UNROLL_FOR (int i = 0; i < 2; i++) sums[i] = add32(sums[i], multiply32(words[i], weights[corner]));
  }
  F32 products[2];
  UNROLL_FOR (int i = 0; i < 2; i++) products[i] = multiply_floats(floats_of(sums[i]), multiplier);
  return codes_of(add16_saturating(rounded16(products[0], products[1]), zero_point));
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_resize *resize = operation;
  if (!resize->is_linear || resize->channels < LANES16) {
    ck_qs8_resize__scalar(operation, first, end);
    return;
  }
  const V32 input_zero_point = splat32(resize->input_zero_point);
  const F32 multiplier = splat_float(resize->multiplier);
  const V16 zero_point = splat16(resize->zero_point);
  const size_t channels = resize->channels;
  ck_code *out = (ck_code *)resize->io.output + first * resize->columns * channels;
  for (size_t y = first; y < end; y++) {
    for (size_t x = 0; x < resize->columns; x++, out += channels) {
      const ck_corners corners = ck_corners_at(resize, y, x, 1);
      V32 weights[4];
      for (int i = 0; i < 4; i++) weights[i] = splat32(corners.weights[i]);
      size_t c = 0;
      for (; c + LANES16 <= channels; c += LANES16)
        store_codes(out + c, mixed(&corners, c, weights, input_zero_point, multiplier, zero_point));
      // The last channels once more, with some that are there already.
      if (c < channels) {
        c = channels - LANES16;
        store_codes(out + c, mixed(&corners, c, weights, input_zero_point, multiplier, zero_point));
      }
    }
  }
}
