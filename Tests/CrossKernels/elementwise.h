// Comparisons of what moves, adds, multiplies and pools codes with the scalar kernels.
#ifndef ELEMENTWISE_H
#define ELEMENTWISE_H

#include "checks.h"

static void check_prepare(const ck_kernel *kernel) {
  // As pixels or codes, and on x86 as words too.
  for (int way = 0; way < (CK_CODE_OFFSET ? 4 : 2); way++) {
    ck_prepare prepare = {.height = 5,
                          .width = 33,
                          .channels = 3,
                          .pad_top = 1,
                          .pad_left = 2,
                          .pad_right = 1,
                          .border = CK_CODE_OFFSET - 7,
                          .from_pixels = way % 2,
                          .widen = way / 2};
    const size_t count = 5 * 33 * 3, out_count = 7 * 36 * 3 * (prepare.widen ? sizeof(int16_t) : 1);
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
  // Also periods of which several are laid side by side.
  const size_t counts[][2] = {{1, 1},   {7, 3},    {7, 7},     {8, 8},    {16, 6},   {16, 16},  {31, 11},
                              {31, 31}, {200, 67}, {200, 200}, {200, 16}, {600, 24}, {900, 40}, {3000, 7}};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    const size_t count = counts[i][0], period = counts[i][1];
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

// The sum of every pair of codes in integers, of 16 bits or more, where some are found, or none: halves are rounded to
// even, which integers do not, large multipliers leave few digits or none, and with others no integers near them will
// do.
static void check_sums_in_integers(const ck_kernel *kernel) {
  const struct {
    float multipliers[2];
    int bits;
  } sums[] = {{{1, 1}, 16},
              {{0.37f, 1.21f}, 0},
              {{2.59639f, 0.49833f}, 32},
              {{1.9837f, 0.02551f}, 32},
              {{0.5f, 0.5f}, 0},
              {{1.4328f, 0.72486f}, 32},
              {{3.1f, 0.00017f}, 0},
              {{100, 200}, 0},
              {{1e9f, 1.21f}, 0},
              {{0.45901f, 0.02324f}, 16},
              {{0.66853f, 1.46412f}, 16},
              {{2.56258f, 1.25017f}, 16},
              {{1e-4f, 1e-5f}, 16},
              {{31, 3}, 16}};
  enum { PAIRS = 65536 + 3 };
  ck_code *a = guarded(PAIRS), *b = guarded(PAIRS);
  for (size_t i = 0; i < PAIRS; i++) {
    a[i] = (ck_code)(i / 256);
    b[i] = (ck_code)i;
  }
  for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
    ck_pair pair = {.period = PAIRS,
                    .zero_points = {CK_CODE_OFFSET + 127 - (int)(i % 3) * 120, CK_CODE_OFFSET - 128},
                    .multipliers = {sums[i].multipliers[0], sums[i].multipliers[1]},
                    .zero_point = CK_CODE_OFFSET + (i % 2 ? -128 : 127),
                    .low = CK_CODE_OFFSET - 128,
                    .high = CK_CODE_OFFSET + (i % 2 ? 127 : 119)};
    float tables[2][256];
    for (int t = 0; t < 2; t++)
      for (int code = 0; code < 256; code++)
        tables[t][code] = (float)((ck_code)code - pair.zero_points[t]) * pair.multipliers[t];
    pair.first = tables[0];
    pair.second = tables[1];
    void *wanted = guarded(PAIRS), *found = guarded(PAIRS);
    pair.io = (ck_io){a, b, wanted, NULL};
    best_kernel(CK_OP_ADD, 1)->run(&pair, 0, PAIRS);
    ck_add_in_integers(&pair);
    const int bits = pair.shift == 0 ? 0 : pair.shift <= 16 ? 16 : 32;
    if (bits != sums[i].bits) {
      printf("FAILED: sum %zu has integers of %d bits, not %d\n", i, bits, sums[i].bits);
      failures++;
    }
    pair.io.output = found;
    kernel->run(&pair, 0, PAIRS);
    check(kernel, i, wanted, found, PAIRS);
  }
}

// Tables and copies, of pixels that lie side by side and of a part of each.
static void check_map(const ck_kernel *kernel) {
  ck_code table[256];
  for (int code = 0; code < 256; code++) table[code] = (ck_code)(code * code / 7 + 3 * code);
  for (size_t channels = 1; channels < 80; channels += 7) {
    for (int way = 0; way < 4; way++) {
      const size_t pixels = 9, beside = way % 2 ? 5 : 0, count = pixels * (channels + beside);
      ck_code *input = guarded(pixels * channels + CK_SLACK);
      random_state = 500 + channels;
      fill(input, pixels * channels + CK_SLACK, 0);
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
      // The same by rows that lie apart.
      map.row = 3;
      map.input_row = (ptrdiff_t)(3 * channels + channels / 2);
      map.output_row = (ptrdiff_t)(3 * map.output_pixel + map.output_pixel / 2);
      memset(wanted, 2, count);
      memset(found, 2, count);
      kernel->run(&map, 0, 2);
      map.io.output = wanted;
      best_kernel(CK_OP_MAP, 1)->run(&map, 0, 2);
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

// A pool over rows of some channels. Codes are random, or the largest there are.
static void check_pool(const ck_kernel *kernel, ck_pool pool, size_t rows, int largest) {
  const size_t inputs = pool.height * pool.width * pool.channels, outputs = rows * pool.columns * pool.channels;
  ck_code *input = guarded(inputs + CK_SLACK);
  random_state = 400 + pool.channels;
  fill(input, inputs + CK_SLACK, 0);
  if (largest) memset(input, CK_CODE_OFFSET + 127, inputs);
  void *wanted = guarded(outputs), *found = guarded(outputs);
  pool.input_row = (ptrdiff_t)(pool.width * pool.channels);
  pool.output_row = (ptrdiff_t)(pool.columns * pool.channels);
  pool.input_scale = 0.3f, pool.output_scale = 0.21f;
  pool.input_zero_point = CK_CODE_OFFSET + 9, pool.output_zero_point = CK_CODE_OFFSET - 20;
  pool.io = (ck_io){input, NULL, wanted, NULL};
  best_kernel(kernel->op, 1)->run(&pool, 0, rows);
  pool.io.output = found;
  kernel->run(&pool, 0, rows);
  check(kernel, pool.channels, wanted, found, outputs);
}

// Pools.
static void check_others(const ck_kernel *kernel) {
  if (kernel->op != CK_OP_MAXPOOL && kernel->op != CK_OP_AVERAGEPOOL) return;
  // Also rows that are pooled in parts, and pixels that are too long for that.
  for (size_t channels = 1; channels < 2200; channels += channels < 80 ? 13 : 700) {
    const ck_pool cut = {.height = 9,
                         .width = 11,
                         .channels = channels,
                         .window_height = 3,
                         .window_width = 2 + channels % 4,
                         .stride = 2,
                         .pad_top = 1,
                         .pad_left = 1,
                         .columns = 6};
    check_pool(kernel, cut, 4, 0);
    for (size_t side = 2; side < 4; side++) {
      const ck_pool uncut = {.height = 9,
                             .width = 11,
                             .channels = channels,
                             .window_height = side,
                             .window_width = side,
                             .stride = 2,
                             .columns = 5};
      check_pool(kernel, uncut, 4, 0);
    }
  }
  // Windows whose sums leave 16 bits, by their rows together and by one of them alone.
  for (size_t width = 11; width < 300; width += 288) {
    const ck_pool whole = {.height = 12,
                           .width = width,
                           .channels = 40,
                           .window_height = 12,
                           .window_width = width,
                           .stride = 1,
                           .columns = 1};
    check_pool(kernel, whole, 1, 1);
  }
}

#endif
