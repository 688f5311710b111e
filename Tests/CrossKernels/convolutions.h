// Comparisons of convolutions, with and without pooling and depthwise, with the scalar ones.
#ifndef CONVOLUTIONS_H
#define CONVOLUTIONS_H

#include "checks.h"

static const layer layers[] = {
    // height width channels outputs kernel kernel stride dilation pooled loud raw
    {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0},    {1, 1, 3, 17, 1, 1, 1, 1, 0, 0, 0},    {5, 7, 3, 16, 3, 3, 1, 1, 0, 0, 0},
    {9, 8, 17, 33, 3, 3, 1, 1, 0, 0, 1},  {6, 31, 4, 15, 1, 5, 1, 1, 0, 1, 0},   {12, 13, 3, 16, 3, 3, 2, 1, 0, 0, 0},
    {9, 9, 6, 8, 3, 3, 1, 2, 0, 0, 0},    {9, 9, 32, 21, 3, 3, 1, 1, 0, 1, 1},   {4, 4, 64, 48, 1, 1, 1, 1, 0, 0, 0},
    {16, 37, 3, 16, 3, 3, 1, 1, 1, 0, 0}, {9, 12, 3, 31, 3, 3, 1, 1, 1, 1, 0},   {4, 4, 3, 5, 3, 3, 1, 1, 1, 0, 0},
    {4, 270, 3, 32, 3, 3, 1, 1, 1, 0, 0}, {8, 30, 16, 32, 3, 3, 1, 1, 1, 0, 0},  {8, 11, 32, 16, 3, 3, 1, 1, 1, 1, 0},
    {7, 9, 17, 19, 3, 3, 1, 1, 1, 0, 0},  {9, 9, 16, 20, 5, 5, 1, 1, 1, 0, 0},   {8, 9, 48, 7, 3, 3, 1, 1, 1, 1, 0},
    {11, 15, 8, 12, 3, 3, 2, 1, 1, 0, 0}, {4, 4, 16, 1, 3, 3, 1, 1, 1, 1, 0},    {6, 25, 33, 33, 3, 3, 1, 1, 1, 1, 0},
    {6, 40, 16, 20, 3, 3, 1, 1, 0, 1, 0}, {5, 28, 32, 16, 3, 3, 1, 1, 0, 0, 0},  {8, 9, 64, 33, 3, 3, 1, 1, 0, 0, 1},
    {4, 4, 128, 17, 3, 3, 1, 1, 0, 1, 0}, {5, 17, 128, 17, 3, 3, 1, 1, 1, 1, 0}, {6, 20, 3, 1, 3, 3, 1, 1, 1, 1, 0},
    {6, 65, 16, 48, 3, 3, 1, 1, 1, 0, 0}, {10, 23, 8, 16, 3, 3, 1, 1, 0, 1, 1},  {7, 8, 112, 5, 3, 3, 1, 1, 0, 1, 0},
    {9, 12, 112, 9, 3, 3, 1, 1, 1, 1, 0}, {11, 70, 1, 21, 3, 3, 2, 1, 0, 1, 0},  {9, 300, 1, 16, 3, 3, 1, 1, 1, 0, 0},
    {12, 13, 5, 9, 5, 5, 2, 1, 0, 0, 1},  {14, 20, 3, 8, 7, 7, 1, 1, 1, 1, 0},   {5, 62, 8, 8, 3, 3, 1, 1, 0, 0, 0},
    {7, 73, 3, 8, 3, 3, 2, 1, 0, 1, 0},   {4, 30, 12, 5, 3, 3, 1, 1, 0, 0, 0},   {6, 29, 1, 7, 3, 3, 1, 1, 0, 1, 1},
    {8, 44, 1, 6, 5, 5, 1, 1, 1, 0, 0},   {7, 40, 8, 8, 3, 3, 1, 1, 1, 1, 0},    {9, 21, 3, 8, 3, 3, 1, 1, 1, 0, 0},
};

// Whether a kernel can compute a layer.
static int serves(const ck_kernel *kernel, const layer *l) {
  const int is_3x3 = l->kernel_height == 3 && l->kernel_width == 3 && l->stride == 1 && l->dilation == 1;
  const size_t window = l->kernel_height * l->kernel_width * l->channels;
  switch (kernel->op) {
    case CK_OP_CONV: return !l->pooled;
    case CK_OP_CONV_MAXPOOL2X2: return l->pooled;
    case CK_OP_CONV_EIGHT: return !l->pooled && l->outputs <= 8;
    case CK_OP_CONV_EIGHT_MAXPOOL2X2: return l->pooled && l->outputs <= 8;
    case CK_OP_CONV_GATHERED: return !l->pooled && window + kernel->group <= CK_GATHERED_BYTES;
    case CK_OP_CONV_GATHERED_MAXPOOL2X2: return l->pooled && window + kernel->group <= CK_GATHERED_BYTES;
    case CK_OP_WINOGRAD: return is_3x3 && !l->pooled;
    case CK_OP_WINOGRAD_MAXPOOL2X2: return is_3x3 && l->pooled;
    case CK_OP_WINOGRAD4: return is_3x3 && !l->pooled && window * 127 <= CK_WINOGRAD4_MAGNITUDE;
    case CK_OP_WINOGRAD4_MAXPOOL2X2: return is_3x3 && l->pooled && window * 127 <= CK_WINOGRAD4_MAGNITUDE;
    default: return is_3x3 && l->pooled && l->channels == 3;
  }
}

// Makes the multipliers so small that no product leaves 16 bits, and some come close.
static void make_narrow(const layer *l, ck_requantization *r) {
  float *multipliers = (float *)(uintptr_t)r->multipliers, largest = 0;
  for (size_t o = 0; o < l->outputs; o++) largest = multipliers[o] > largest ? multipliers[o] : largest;
  const float bound = (float)(l->kernel_height * l->kernel_width * l->channels * 127 * 255 + 10000);
  for (size_t o = 0; o < l->outputs; o++) multipliers[o] *= 32760 / (largest * bound);
  r->narrow = 1;
}

static void check_convolutions(const ck_kernel *kernel) {
  for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
    const layer *l = &layers[i];
    if (!serves(kernel, l)) continue;
    if (kernel->activation_bytes != 1) continue;
    const ck_kernel *scalar = best_kernel(l->pooled ? CK_OP_CONV_MAXPOOL2X2 : CK_OP_CONV, 1);
    // Winograd's tiles may read some rows more.
    size_t further = kernel->op == CK_OP_WINOGRAD               ? 1
                     : kernel->op == CK_OP_WINOGRAD4            ? 4
                     : kernel->op == CK_OP_WINOGRAD4_MAXPOOL2X2 ? 3
                                                                : 0;
    size_t rows = l->height + further;
    size_t count = rows * l->width * l->channels;
    ck_code *input = guarded(count + CK_SLACK);
    random_state = 100 + i;
    fill(input, count + CK_SLACK, l->loud);
    conv_layer wanted = make_conv(l, scalar, input, i);
    conv_layer found = make_conv(l, kernel, input, i);
    // Nothing known of the products, their bound, that codes clamp by themselves, and that products are narrow.
    for (int known = 0; known < 4; known++) {
      ck_requantization *r[2] = {&wanted.conv.requantization, &found.conv.requantization};
      for (int side = 0; side < 2; side++) {
        r[side]->bounded = known > 0;
        r[side]->plain = known > 1;
        if (!r[side]->plain) continue;
        r[side]->zero_point = r[side]->low = CK_CODE_OFFSET - 128;
        r[side]->high = CK_CODE_OFFSET + 127;
        if (known > 2) make_narrow(l, r[side]);
      }
      run_conv(&wanted, scalar);
      run_conv(&found, kernel);
      if (l->raw) check(kernel, i, wanted.conv.io.accumulators, found.conv.io.accumulators, wanted.out_count * 4);
      else check(kernel, i, wanted.conv.io.output, found.conv.io.output, wanted.out_count);
    }
  }
}

// A depthwise convolution of `side` x `side` taps over rows of `width` pixels, as any kernel wants it.
static ck_conv make_depthwise(const ck_kernel *kernel, size_t side, size_t channels, size_t width, ptrdiff_t stride,
                              size_t columns, const int8_t *weights, const int32_t *bias, const float *multipliers) {
  const size_t taps = side * side;
  static ptrdiff_t segments[25];
  for (size_t t = 0; t < taps; t++) segments[t] = (ptrdiff_t)((t / side * width + t % side) * channels);
  ck_conv conv = {.input_row = stride * (ptrdiff_t)(width * channels),
                  .input_pixel = stride * (ptrdiff_t)channels,
                  .segments = segments,
                  .segment_count = taps,
                  .segment_groups = 1,
                  .bias = bias,
                  .channels = channels,
                  .columns = columns};
  conv.output_pixel = (ptrdiff_t)channels;
  conv.output_row = (ptrdiff_t)(conv.columns * channels);
  conv.requantization = (ck_requantization){
      multipliers, CK_CODE_OFFSET + 3, CK_CODE_OFFSET - 125, CK_CODE_OFFSET + 120, 0, 0, 0, 0};
  if (kernel->op != CK_OP_DEPTHWISE) {
    conv.segment_groups = ck_depthwise_chunks(side, channels, kernel->group);
    const size_t places = conv.segment_groups * kernel->group;
    void *packed = guarded(places * ck_depthwise_weights(side, kernel->weight_bytes) * kernel->weight_bytes);
    int32_t *packed_bias = guarded(places * sizeof *packed_bias);
    float *packed_multipliers = guarded(places * sizeof *packed_multipliers);
    ck_pack_depthwise(side, weights, bias, multipliers, channels, kernel->group, kernel->weight_bytes, packed,
                      packed_bias, packed_multipliers);
    conv.weights = packed;
    conv.bias = packed_bias;
    conv.requantization.multipliers = packed_multipliers;
    return conv;
  }
  int16_t *wide = guarded(taps * channels * 2 + CK_SLACK);
  for (size_t c = 0; c < channels; c++)
    for (size_t t = 0; t < taps; t++) wide[t * channels + c] = weights[c * taps + t];
  conv.weights = wide;
  return conv;
}

static void check_depthwise(const ck_kernel *kernel, size_t side) {
  const ck_kernel *scalar = best_kernel(CK_OP_DEPTHWISE, 1);
  // Rows of 5x5 taps are cut into strips.
  const size_t taps = side * side, width = side == 5 ? 40 : 9;
  // Also whole vectors of all widths.
  for (size_t channels = 1; channels < 140; channels += channels < 16 ? 1 : channels < 64 ? 16 : 13) {
    for (int way = 0; way < 32; way++) {
      // All rows at once, or in two calls; codes, or sums as they are; any products, or up to those of 16 bits; as many
      // windows as a row has, or fewer, whose codes begin at the least one.
      const int stride = way % 2 + 1, is_split = way / 2 % 2, is_raw = way / 4 % 2, is_narrow = way / 8 % 2;
      const size_t rows = stride == 1 ? 5 : 3, fewer = (size_t)(way / 16) * (1 + channels % 2);
      const size_t columns = (width - side) / (size_t)stride + 1 - fewer, outputs = rows * columns * channels;
      const size_t inputs = (side + 4) * width * channels;
      ck_code *input = guarded(inputs + CK_SLACK);
      random_state = 500 + channels;
      fill(input, inputs + CK_SLACK, channels % 2 == 0);
      size_t padded = (channels + CK_BLOCK - 1) / CK_BLOCK * CK_BLOCK;
      int8_t *weights = guarded(taps * channels);
      int32_t *bias = guarded(padded * 4);
      float *multipliers = guarded(padded * 4);
      for (size_t i = 0; i < taps * channels; i++) weights[i] = random_weight(channels % 2 == 0);
      for (size_t i = 0; i < channels; i++) {
        bias[i] = (int32_t)(random_bits() % 2001) - 1000;
        multipliers[i] = (float)(random_bits() % 1000 + 500) / (is_narrow ? 13500 : channels % 3 ? 1e5f : 1e-5f);
      }
      void *results[2];
      const ck_kernel *kernels[2] = {scalar, kernel};
      for (int i = 0; i < 2; i++) {
        ck_conv conv = make_depthwise(kernels[i], side, channels, width, stride, columns, weights, bias, multipliers);
        if (fewer > 0) conv.requantization.zero_point = CK_CODE_OFFSET - 128;
        results[i] = guarded(outputs * (is_raw ? 4 : 1));
        if (is_narrow) {
          conv.requantization.narrow = 1;
          conv.requantization.low = CK_CODE_OFFSET - 128;
          conv.requantization.high = CK_CODE_OFFSET + 127;
        }
        conv.io = (ck_io){input, NULL, is_raw ? NULL : results[i], is_raw ? results[i] : NULL};
        kernels[i]->run(&conv, 0, is_split ? 2 : rows);
        if (is_split) kernels[i]->run(&conv, 2, rows);
      }
      check(kernel, channels, results[0], results[1], outputs * (is_raw ? 4 : 1));
    }
  }
}

// The scalar kernels of the convolution and of the pool after it, against one that does both.
static void check_pooled_depthwise(const ck_kernel *kernel) {
  const size_t chunk = kernel->group;
  for (size_t channels = 8; channels < 140; channels += 8) {
    if (channels < chunk && (channels < 16 || (2 * channels != chunk && 4 * channels != chunk))) continue;
    // Rows that end in a part of a chunk or in none, and that leave a column over; any products, or narrow ones.
    for (size_t way = 0; way < 24; way++) {
      const size_t columns = 1 + way / 2, width = 2 * columns + 2 + columns % 2, rows = 2;
      const size_t inputs = (2 * rows + 3) * width * channels, outputs = rows * columns * channels;
      ck_code *input = guarded(inputs + CK_SLACK);
      random_state = 700 + channels;
      fill(input, inputs + CK_SLACK, channels % 16 == 0);
      size_t padded = (channels + CK_BLOCK - 1) / CK_BLOCK * CK_BLOCK;
      int8_t *weights = guarded(9 * channels);
      int32_t *bias = guarded(padded * 4);
      float *multipliers = guarded(padded * 4);
      for (size_t i = 0; i < 9 * channels; i++) weights[i] = random_weight(channels % 16 == 0);
      for (size_t i = 0; i < channels; i++) {
        bias[i] = (int32_t)(random_bits() % 2001) - 1000;
        multipliers[i] = (float)(random_bits() % 1000 + 500) / (way % 2 ? 13500 : channels % 24 ? 1e5f : 1e-5f);
      }
      ck_code *single = guarded(2 * rows * (width - 2) * channels);
      ck_code *wanted = guarded(outputs), *found = guarded(outputs);
      const ck_kernel *scalar = best_kernel(CK_OP_DEPTHWISE, 1);
      ck_conv conv = make_depthwise(scalar, 3, channels, width, 1, width - 2, weights, bias, multipliers);
      conv.io = (ck_io){input, NULL, single, NULL};
      scalar->run(&conv, 0, 2 * rows);
      const ck_pool pool = {.io = {single, NULL, wanted, NULL},
                            .height = 2 * rows,
                            .width = width - 2,
                            .channels = channels,
                            .window_height = 2,
                            .window_width = 2,
                            .stride = 2,
                            .columns = columns,
                            .input_row = (ptrdiff_t)((width - 2) * channels),
                            .output_row = (ptrdiff_t)(columns * channels)};
      best_kernel(CK_OP_MAXPOOL, 1)->run(&pool, 0, rows);
      conv = make_depthwise(kernel, 3, channels, width, 1, columns, weights, bias, multipliers);
      conv.io = (ck_io){input, NULL, found, NULL};
      kernel->run(&conv, 0, 1);
      kernel->run(&conv, 1, rows);
      check(kernel, channels, wanted, found, outputs);
    }
  }
}

#endif
