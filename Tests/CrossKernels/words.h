// Comparisons of the kernels that read words, int16 codes, with the scalar ones. What they share with those of codes
// stands in kernels.c, which includes this file.
#ifndef WORDS_H
#define WORDS_H

#include "network.h"

typedef void checker(const ck_kernel *kernel, size_t shape, const void *wanted, const void *found, size_t bytes);

// As large as sums of so many products with weights of 127 allow beside a bias, whose share is far below 2^25.
static int largest_word(size_t products) {
  size_t most = (size_t)(INT32_MAX - (1 << 25)) / (127 * products);
  return most > INT16_MAX ? INT16_MAX : (int)most;
}

static int16_t *random_words(size_t count, int largest, int loud) {
  int16_t *words = guarded(2 * count + CK_SLACK);
  for (size_t i = 0; i < count + CK_SLACK / 2; i++)
    words[i] = (int16_t)(loud ? (random_bits() % 2 ? largest : -largest)
                              : (int)(random_bits() % (uint32_t)(2 * largest + 1)) - largest);
  return words;
}

// Results as words, as codes, and as raw sums.
enum { AS_WORDS, AS_CODES, AS_SUMS, WAYS };

static size_t result_bytes(int way) { return way == AS_WORDS ? 2 : way == AS_CODES ? 1 : 4; }

static void leave_as(ck_io *io, ck_requantization *r, int way, size_t count) {
  void *results = guarded(count * result_bytes(way));
  io->output = way == AS_SUMS ? NULL : results;
  io->accumulators = way == AS_SUMS ? results : NULL;
  r->words = way == AS_WORDS;
  r->zero_point = way == AS_WORDS ? 0 : CK_CODE_OFFSET - 7;
  r->low = way == AS_WORDS ? -29000 : CK_CODE_OFFSET - 120;
  r->high = way == AS_WORDS ? 31000 : CK_CODE_OFFSET + 127;
}

static const void *results_of(const ck_io *io) { return io->output ? io->output : io->accumulators; }

static conv_layer make_conv16(const layer *l, const ck_kernel *kernel, const int16_t *input, int way, size_t seed) {
  conv_layer made = make_conv(l, kernel, input, seed);
  for (size_t i = 0; i < made.conv.segment_count; i++) made.segments[i] *= 2;
  made.conv.input_row *= 2;
  made.conv.input_pixel *= 2;
  leave_as(&made.conv.io, &made.conv.requantization, way, made.out_count);
  return made;
}

static void check_conv16(const ck_kernel *kernel, const layer *layers, size_t count, checker *check) {
  const ck_kernel *scalar = best_kernel(kernel->op, 1);
  for (size_t i = 0; i < count; i++)
    for (int way = 0; way < WAYS; way++) {
      const layer *l = &layers[i];
      if (l->pooled != (kernel->op == CK_OP_CONV16_MAXPOOL2X2)) continue;
      random_state = 800 + i;
      const int largest = largest_word(l->channels * l->kernel_height * l->kernel_width);
      const int16_t *input = random_words(l->height * l->width * l->channels, largest, l->loud);
      conv_layer wanted = make_conv16(l, scalar, input, way, i), found = make_conv16(l, kernel, input, way, i);
      run_conv(&wanted, scalar);
      run_conv(&found, kernel);
      check(kernel, i, results_of(&wanted.conv.io), results_of(&found.conv.io), wanted.out_count * result_bytes(way));
    }
}

static void check_dense16(const ck_kernel *kernel, checker *check) {
  const size_t shapes[][2] = {{1, 1}, {3, 5}, {32, 16}, {65, 33}, {1000, 7}, {14400, 9}};
  for (size_t i = 0; i < 2 * WAYS * sizeof shapes / sizeof shapes[0]; i++) {
    const size_t *shape = shapes[i / (2 * WAYS)];
    const int way = (int)(i / 2 % WAYS), loud = i % 2;
    random_state = 900 + i;
    const int16_t *input = random_words(shape[0], largest_word(shape[0]), loud);
    ck_dense dense[2];
    for (int side = 0; side < 2; side++) {
      dense[side] = make_dense(shape[0], shape[1], CK_DENSE16_ALIGNMENT, loud, input, i);
      leave_as(&dense[side].io, &dense[side].requantization, way, shape[1]);
      (side ? kernel : best_kernel(CK_OP_DENSE16, 1))->run(&dense[side], 0, shape[1]);
    }
    check(kernel, i, results_of(&dense[0].io), results_of(&dense[1].io), shape[1] * result_bytes(way));
  }
}

// A filter of 3x2 taps a channel over 7x9 pixels.
static void check_depthwise16(const ck_kernel *kernel, checker *check) {
  enum { TAPS = 6, ROWS = 5, COLUMNS = 8 };
  for (size_t channels = 1; channels < 70; channels += channels < 18 ? 1 : 13)
    for (int way = 0; way < WAYS; way++) {
      random_state = 1000 + channels;
      const size_t padded = (channels + CK_BLOCK - 1) / CK_BLOCK * CK_BLOCK;
      const int16_t *input = random_words(7 * 9 * channels, INT16_MAX, channels % 2 == 0);
      int16_t *weights = guarded(2 * (TAPS * channels + CK_BLOCK));
      int32_t *bias = guarded(padded * 4);
      float *multipliers = guarded(padded * 4);
      for (size_t w = 0; w < TAPS * channels; w++) weights[w] = random_weight(channels % 2 == 0);
      for (size_t c = 0; c < channels; c++) {
        bias[c] = (int32_t)(random_bits() % 2001) - 1000;
        multipliers[c] = (float)(random_bits() % 1000 + 500) / (channels % 3 ? 1e5f : 1e-5f);
      }
      ptrdiff_t segments[TAPS];
      for (size_t t = 0; t < TAPS; t++) segments[t] = (ptrdiff_t)(2 * (t / 2 * 9 + t % 2) * channels);
      ck_conv conv = {.input_row = (ptrdiff_t)(2 * 9 * channels),
                      .input_pixel = (ptrdiff_t)(2 * channels),
                      .segments = segments,
                      .segment_count = TAPS,
                      .segment_groups = 1,
                      .weights = weights,
                      .bias = bias,
                      .channels = channels,
                      .columns = COLUMNS,
                      .output_row = (ptrdiff_t)(COLUMNS * channels),
                      .output_pixel = (ptrdiff_t)channels};
      conv.io.input = input;
      conv.requantization.multipliers = multipliers;
      const void *results[2];
      for (int side = 0; side < 2; side++) {
        leave_as(&conv.io, &conv.requantization, way, ROWS * COLUMNS * channels);
        (side ? kernel : best_kernel(CK_OP_DEPTHWISE16, 1))->run(&conv, 0, ROWS);
        results[side] = results_of(&conv.io);
      }
      check(kernel, channels, results[0], results[1], ROWS * COLUMNS * channels * result_bytes(way));
    }
}

#endif
