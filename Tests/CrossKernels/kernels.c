// Compares every kernel of this machine with the scalar one of its operation, byte for byte, and fails when the
// instruction sets that the first argument lists were not all covered. Prints what ran.
#include "network.h"
#include "words.h"

#include <stdio.h>

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
    {6, 65, 16, 48, 3, 3, 1, 1, 1, 0, 0},
};

static int failures;
static uint32_t covered;

static void fill(ck_code *codes, size_t count, int loud) {
  for (size_t i = 0; i < count; i++)
    codes[i] = (ck_code)(loud ? (random_bits() % 2 ? CK_CODE_OFFSET - 128 : CK_CODE_OFFSET + 127)
                              : (int)(random_bits() % 256) + CK_CODE_OFFSET - 128);
}

static void check(const ck_kernel *kernel, size_t shape, const void *wanted, const void *found, size_t bytes) {
  covered |= 1u << kernel->isa;
  if (memcmp(wanted, found, bytes) == 0) return;
  printf("FAILED %s on shape %zu\n", kernel->name, shape);
  failures++;
}

static void check_convolutions(const ck_kernel *kernel) {
  for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++) {
    const layer *l = &layers[i];
    int is_3x3 = l->kernel_height == 3 && l->kernel_width == 3 && l->stride == 1 && l->dilation == 1;
    int serves = kernel->op == CK_OP_CONV                  ? !l->pooled
                 : kernel->op == CK_OP_CONV_MAXPOOL2X2     ? l->pooled
                 : kernel->op == CK_OP_WINOGRAD            ? is_3x3 && !l->pooled
                 : kernel->op == CK_OP_WINOGRAD_MAXPOOL2X2 ? is_3x3 && l->pooled
                                                           : is_3x3 && l->pooled && l->channels == 3;
    if (!serves) continue;
    if (kernel->activation_bytes != 1) continue;
    const ck_kernel *scalar = best_kernel(l->pooled ? CK_OP_CONV_MAXPOOL2X2 : CK_OP_CONV, 1);
    // Winograd's tiles may read a row more.
    size_t rows = l->height + (kernel->op == CK_OP_WINOGRAD);
    size_t count = rows * l->width * l->channels;
    ck_code *input = guarded(count + CK_SLACK);
    random_state = 100 + i;
    fill(input, count + CK_SLACK, l->loud);
    conv_layer wanted = make_conv(l, scalar, input, i);
    conv_layer found = make_conv(l, kernel, input, i);
    // Nothing known of the products, their bound, and that codes clamp by themselves.
    for (int known = 0; known < 3; known++) {
      ck_requantization *r[2] = {&wanted.conv.requantization, &found.conv.requantization};
      for (int side = 0; side < 2; side++) {
        r[side]->bounded = known > 0;
        r[side]->plain = known > 1;
        if (!r[side]->plain) continue;
        r[side]->zero_point = r[side]->low = CK_CODE_OFFSET - 128;
        r[side]->high = CK_CODE_OFFSET + 127;
      }
      run_conv(&wanted, scalar);
      run_conv(&found, kernel);
      if (l->raw) check(kernel, i, wanted.conv.io.accumulators, found.conv.io.accumulators, wanted.out_count * 4);
      else check(kernel, i, wanted.conv.io.output, found.conv.io.output, wanted.out_count);
    }
  }
}

static void check_dense(const ck_kernel *kernel) {
  const size_t shapes[][2] = {{1, 1}, {3, 5}, {64, 16}, {65, 33}, {1000, 7}, {14400, 9}};
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
    for (int loud = 0; loud < 2; loud++) {
      ck_code *input = guarded(shapes[i][0] + CK_SLACK);
      random_state = 200 + i;
      fill(input, shapes[i][0] + CK_SLACK, loud);
      ck_dense wanted = make_dense(shapes[i][0], shapes[i][1], CK_DENSE_ALIGNMENT, loud, input, i);
      ck_dense found = make_dense(shapes[i][0], shapes[i][1], CK_DENSE_ALIGNMENT, loud, input, i);
      best_kernel(CK_OP_DENSE, 1)->run(&wanted, 0, shapes[i][1]);
      kernel->run(&found, 0, shapes[i][1]);
      check(kernel, i, wanted.io.output, found.io.output, shapes[i][1]);
    }
}

static void check_dense_part(const ck_kernel *kernel) {
  const size_t shapes[][2] = {{1, 1}, {5, 16}, {12, 40}, {7, 64}, {9, 300}};  // groups of a row, outputs
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    size_t rows = 3, inputs = rows * shapes[i][0] * 4, outputs = shapes[i][1];
    ck_dense_part part = {.row_groups = shapes[i][0], .first_row = 0};
    part.outputs = (outputs + CK_BLOCK - 1) / CK_BLOCK * CK_BLOCK;
    ck_code *input = guarded(inputs);
    random_state = 600 + i;
    fill(input, inputs, 1);
    int8_t *weights = guarded(inputs * outputs), *packed = guarded(inputs * part.outputs);
    for (size_t w = 0; w < inputs * outputs; w++) weights[w] = random_weight(0);
    ck_pack_dense_part(weights, outputs, inputs, packed);
    part.weights = packed;
    part.io.input = input;
    int32_t *wanted = part.sums = guarded(part.outputs * 4);
    best_kernel(CK_OP_DENSE_PART, 1)->run(&part, 0, rows);
    part.sums = guarded(part.outputs * 4);
    kernel->run(&part, 0, 2);
    kernel->run(&part, 2, rows);
    check(kernel, i, wanted, part.sums, part.outputs * 4);
  }
}

static void check_prepare(const ck_kernel *kernel) {
  for (int from_pixels = 0; from_pixels < 2; from_pixels++) {
    ck_prepare prepare = {.height = 5,
                          .width = 13,
                          .channels = 3,
                          .pad_top = 1,
                          .pad_left = 2,
                          .pad_right = 1,
                          .border = CK_CODE_OFFSET - 7,
                          .from_pixels = from_pixels};
    size_t count = 5 * 13 * 3, out_count = 7 * 16 * 3;
    ck_code *input = guarded(count);
    random_state = 300;
    fill(input, count, 0);
    prepare.io.input = input;
    void *wanted = prepare.io.output = guarded(out_count);
    best_kernel(CK_OP_PREPARE, 1)->run(&prepare, 0, 7);
    prepare.io.output = guarded(out_count);
    kernel->run(&prepare, 0, 7);
    check(kernel, 0, wanted, prepare.io.output, out_count);
  }
}

// The same codes as rows that lie apart, or side by side: what is between them stays.
static void check_pair_rows(const ck_kernel *kernel, ck_pair pair, size_t count, size_t number) {
  enum { ROWS = 3, GAP = 5 };
  const size_t all = ROWS * count, apart = ROWS * (count + GAP) - GAP;
  pair.row = count;
  pair.input_row = (ptrdiff_t)count;
  pair.other_row = pair.period == count ? (ptrdiff_t)count : 0;
  pair.output_row = (ptrdiff_t)count + GAP;
  ck_code *a = guarded(all), *b = guarded(pair.period == count ? all : pair.period);
  fill(a, all, 0);
  fill(b, pair.period == count ? all : pair.period, 0);
  void *wanted = guarded(apart), *found = guarded(apart);
  memset(wanted, 77, apart);
  memset(found, 77, apart);
  pair.io = (ck_io){a, b, wanted, NULL};
  best_kernel(kernel->op, 1)->run(&pair, 0, ROWS);
  pair.io.output = found;
  kernel->run(&pair, 0, ROWS);
  check(kernel, number, wanted, found, apart);
}

// Sums and products, of values of one shape and with the second one repeated.
static void check_pair(const ck_kernel *kernel) {
  const size_t counts[] = {1, 7, 8, 16, 31, 200};
  for (size_t i = 0; i < 2 * sizeof counts / sizeof counts[0]; i++) {
    const size_t count = counts[i / 2], period = i % 2 ? count : 1 + count / 3;
    // Multipliers of 1e9 bring sums beyond 32 bits on both sides.
    const float multipliers[2] = {i / 2 % 2 ? 1e9f : 0.37f, 1.21f};
    ck_pair pair = {.period = period,
                    .zero_points = {CK_CODE_OFFSET + 5, CK_CODE_OFFSET - 9},
                    .multipliers = {multipliers[0], multipliers[1]},
                    .zero_point = CK_CODE_OFFSET - 3,
                    .low = CK_CODE_OFFSET - 100,
                    .high = CK_CODE_OFFSET + 120};
    float tables[2][256];
    for (int t = 0; t < 2; t++)
      for (int code = 0; code < 256; code++) {
        int stored = CK_CODE_OFFSET == 0 ? (int8_t)code : code;
        tables[t][code] = (float)(stored - pair.zero_points[t]) * multipliers[t];
      }
    pair.first = tables[0];
    pair.second = tables[1];
    ck_code *a = guarded(count), *b = guarded(period);
    random_state = 700 + i;
    fill(a, count, 0);
    fill(b, period, 0);
    void *wanted = guarded(count), *found = guarded(count);
    pair.io = (ck_io){a, b, wanted, NULL};
    best_kernel(kernel->op, 1)->run(&pair, 0, count);
    pair.io.output = found;
    kernel->run(&pair, 0, count);
    check(kernel, i, wanted, found, count);
    check_pair_rows(kernel, pair, count, i);
  }
}

// Tables and copies, of pixels that lie side by side and of a part of each.
static void check_map(const ck_kernel *kernel) {
  ck_code table[256];
  for (int code = 0; code < 256; code++) table[code] = (ck_code)(code * code / 7 + 3 * code);
  for (size_t channels = 1; channels < 80; channels += 7) {
    for (int way = 0; way < 4; way++) {
      const size_t pixels = 9, beside = way % 2 ? 5 : 0, count = pixels * (channels + beside);
      ck_code *input = guarded(pixels * channels);
      random_state = 500 + channels;
      fill(input, pixels * channels, 0);
      ck_code *wanted = guarded(count), *found = guarded(count);
      memset(wanted, 1, count);
      memset(found, 1, count);
      ck_map map = {.io = {input, NULL, wanted, NULL},
                    .channels = channels,
                    .output_pixel = channels + beside,
                    .table = way < 2 ? table : NULL};
      // The last pixel's neighbours are another part's.
      best_kernel(CK_OP_MAP, 1)->run(&map, 2, pixels);
      map.io.output = found;
      kernel->run(&map, 2, pixels);
      check(kernel, channels, wanted, found, count);
    }
  }
}

// Bilinear resizing, also to where results lie beyond all codes.
static void check_resize(const ck_kernel *kernel) {
  for (size_t channels = 1; channels < 60; channels += 3) {
    const size_t count = 7 * 9 * channels;
    ck_place down[7], across[9];
    for (int i = 0; i < 7; i++) down[i] = (ck_place){(size_t)i / 2, i == 6 ? 0 : i * 677 % 2048};
    for (int i = 0; i < 9; i++) across[i] = (ck_place){(size_t)i / 2, i == 8 ? 0 : i * 991 % 2048};
    ck_code *input = guarded(4 * 5 * channels);
    random_state = 600 + channels;
    fill(input, 4 * 5 * channels, 0);
    void *wanted = guarded(count), *found = guarded(count);
    ck_resize resize = {.io = {input, NULL, wanted, NULL},
                        .height = 4,
                        .width = 5,
                        .channels = channels,
                        .columns = 9,
                        .down = down,
                        .across = across,
                        .is_linear = 1,
                        .input_zero_point = CK_CODE_OFFSET - 11,
                        .multiplier = (channels % 2 ? 1.1f : 1e9f) / 4194304.0f,
                        .zero_point = CK_CODE_OFFSET + 7};
    best_kernel(CK_OP_RESIZE, 1)->run(&resize, 0, 7);
    resize.io.output = found;
    kernel->run(&resize, 0, 7);
    check(kernel, channels, wanted, found, count);
  }
}

// Pools.
static void check_others(const ck_kernel *kernel) {
  const ck_kernel *scalar = best_kernel(kernel->op, 1);
  for (size_t channels = 1; channels < 80; channels += 13) {
    size_t count = 9 * 11 * channels;
    ck_code *input = guarded(count + CK_SLACK), *other = guarded(count + CK_SLACK);
    random_state = 400 + channels;
    fill(input, count + CK_SLACK, 0);
    fill(other, count + CK_SLACK, 0);
    void *wanted = guarded(count), *found = guarded(count);
    ck_pool pool = {.height = 9,
                    .width = 11,
                    .channels = channels,
                    .window_height = 3,
                    .window_width = 2,
                    .stride = 2,
                    .pad_top = 1,
                    .pad_left = 1,
                    .columns = 6,
                    .input_scale = 0.3f,
                    .output_scale = 0.21f,
                    .input_zero_point = CK_CODE_OFFSET + 9,
                    .output_zero_point = CK_CODE_OFFSET - 20};
    pool.io = (ck_io){input, NULL, wanted, NULL};
    if (kernel->op != CK_OP_MAXPOOL && kernel->op != CK_OP_AVERAGEPOOL) return;
    scalar->run(&pool, 0, 4);
    pool.io.output = found;
    kernel->run(&pool, 0, 4);
    check(kernel, channels, wanted, found, 4 * 6 * channels);
  }
}

// A depthwise convolution of 3x3 taps over 9 columns, as any kernel wants it.
static ck_conv make_depthwise(const ck_kernel *kernel, size_t channels, ptrdiff_t stride, const int8_t *weights,
                              const int32_t *bias, const float *multipliers) {
  const size_t taps = 9, width = 9;
  static ptrdiff_t segments[9];
  for (size_t t = 0; t < taps; t++) segments[t] = (ptrdiff_t)((t / 3 * width + t % 3) * channels);
  ck_conv conv = {.input_row = stride * (ptrdiff_t)(width * channels),
                  .input_pixel = stride * (ptrdiff_t)channels,
                  .segments = segments,
                  .segment_count = taps,
                  .segment_groups = 1,
                  .bias = bias,
                  .channels = channels,
                  .columns = stride == 1 ? 7 : 4};
  conv.output_pixel = (ptrdiff_t)channels;
  conv.output_row = (ptrdiff_t)(conv.columns * channels);
  conv.requantization = (ck_requantization){
      multipliers, CK_CODE_OFFSET + 3, CK_CODE_OFFSET - 125, CK_CODE_OFFSET + 120, 0, 0, 0};
  if (kernel->op == CK_OP_DEPTHWISE3X3) {
    conv.segment_groups = ck_depthwise3x3_chunks(channels, kernel->group);
    const size_t places = conv.segment_groups * kernel->group;
    void *packed = guarded(places * CK_DEPTHWISE3X3_WEIGHTS * kernel->weight_bytes);
    int32_t *packed_bias = guarded(places * sizeof *packed_bias);
    float *packed_multipliers = guarded(places * sizeof *packed_multipliers);
    ck_pack_depthwise3x3(weights, bias, multipliers, channels, kernel->group, kernel->weight_bytes, packed, packed_bias,
                         packed_multipliers);
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

static void check_depthwise(const ck_kernel *kernel) {
  const ck_kernel *scalar = best_kernel(CK_OP_DEPTHWISE, 1);
  for (size_t channels = 1; channels < 140; channels += channels < 16 ? 1 : 13) {
    for (int way = 0; way < 8; way++) {
      // All rows at once, or in two calls; codes, or sums as they are.
      const int stride = way % 2 + 1, is_split = way / 2 % 2, is_raw = way / 4;
      const size_t rows = stride == 1 ? 5 : 3, outputs = rows * (stride == 1 ? 7 : 4) * channels;
      ck_code *input = guarded(7 * 9 * channels + CK_SLACK);
      random_state = 500 + channels;
      fill(input, 7 * 9 * channels + CK_SLACK, channels % 2 == 0);
      size_t padded = (channels + CK_BLOCK - 1) / CK_BLOCK * CK_BLOCK;
      int8_t *weights = guarded(9 * channels);
      int32_t *bias = guarded(padded * 4);
      float *multipliers = guarded(padded * 4);
      for (size_t i = 0; i < 9 * channels; i++) weights[i] = random_weight(channels % 2 == 0);
      for (size_t i = 0; i < channels; i++) {
        bias[i] = (int32_t)(random_bits() % 2001) - 1000;
        multipliers[i] = (float)(random_bits() % 1000 + 500) / (channels % 3 ? 1e5f : 1e-5f);
      }
      void *results[2];
      const ck_kernel *kernels[2] = {scalar, kernel};
      for (int i = 0; i < 2; i++) {
        ck_conv conv = make_depthwise(kernels[i], channels, stride, weights, bias, multipliers);
        results[i] = guarded(outputs * (is_raw ? 4 : 1));
        conv.io = (ck_io){input, NULL, is_raw ? NULL : results[i], is_raw ? results[i] : NULL};
        kernels[i]->run(&conv, 0, is_split ? 2 : rows);
        if (is_split) kernels[i]->run(&conv, 2, rows);
      }
      check(kernel, channels, results[0], results[1], outputs * (is_raw ? 4 : 1));
    }
  }
}

int main(int argc, char **argv) {
  uint32_t isas = ccpu_detected();
  for (size_t i = 0; i < ck_kernel_count(); i++) {
    const ck_kernel *kernel = ck_kernel_at(i);
    if (!(isas >> kernel->isa & 1) || kernel->isa == CCPU_SCALAR) continue;
    switch (kernel->op) {
      case CK_OP_CONV:
      case CK_OP_CONV_MAXPOOL2X2:
      case CK_OP_WINOGRAD:
      case CK_OP_WINOGRAD_MAXPOOL2X2:
      case CK_OP_WINOGRAD_RGB_MAXPOOL2X2:
      case CK_OP_RGB3X3_MAXPOOL2X2: check_convolutions(kernel); break;
      case CK_OP_CONV16:
      case CK_OP_CONV16_MAXPOOL2X2: check_conv16(kernel, layers, sizeof layers / sizeof layers[0], check); break;
      case CK_OP_DEPTHWISE16: check_depthwise16(kernel, check); break;
      case CK_OP_DENSE16: check_dense16(kernel, check); break;
      case CK_OP_DENSE: check_dense(kernel); break;
      case CK_OP_DENSE_PART: check_dense_part(kernel); break;
      case CK_OP_PREPARE: check_prepare(kernel); break;
      case CK_OP_DEPTHWISE:
      case CK_OP_DEPTHWISE3X3: check_depthwise(kernel); break;
      case CK_OP_ADD:
      case CK_OP_MULTIPLY: check_pair(kernel); break;
      case CK_OP_MAP: check_map(kernel); break;
      case CK_OP_RESIZE: check_resize(kernel); break;
      default: check_others(kernel); break;
    }
    printf("%s\n", kernel->name);
  }
  uint32_t expected = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 0;
  if ((covered & expected) != expected) {
    printf("FAILED: instruction sets %#x were to run, %#x did\n", expected, covered);
    failures++;
  }
  printf(failures ? "%d comparisons failed\n" : "all equal\n", failures);
  return failures != 0;
}
