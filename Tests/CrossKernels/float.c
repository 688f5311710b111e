// Compares the trainer's kernels of this machine, bit for bit, with those without vector instructions, and prints a sum
// of all results, which is the same on every machine.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CAugmentation.h"
#include "CFloatKernels.h"

enum { MOST = 1 << 20, VARIANTS = 8 };

static float x[MOST], weights[MOST], zeros[1024], bias[256];
static float dy[MOST], scratch[MOST], filters[MOST], found[VARIANTS][MOST];
static unsigned char winners[MOST];

static void fill(float *values, size_t count, unsigned seed) {
  for (size_t i = 0; i < count; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (float)(int)(seed >> 8) / (1 << 23) - 1;
  }
}

// All that training a network of 3x3 convolutions with normalizations calls, one result after the other.
static size_t run(const cf_kernels *k, int side, int inputs, int outputs, float *to) {
  float *begin = to;
  const int padded = (side + 3) / 4 * 4 + 2, results = side * side * outputs, panels = cf_padded(outputs);
  const cf_tiles tiles = {.images = 2,
                          .input_height = side,
                          .input_width = side,
                          .top = 1,
                          .left = 1,
                          .height = side,
                          .width = side,
                          .inputs = inputs,
                          .outputs = outputs,
                          .output_column = (size_t)outputs,
                          .zeros = zeros};
  memset(to, 0, MOST * sizeof *to);
  k->winograd4_filters(weights, filters, inputs, outputs);
  k->conv_winograd4(&tiles, x, filters, bias, to, scratch);
  to += 2 * results;
  memset(filters, 0, sizeof filters);
  k->weights_winograd4(&tiles, x, dy, filters, to, scratch);
  to += panels;
  k->winograd4_weights(filters, to, inputs, outputs);
  for (int panel = 0; panel < panels / 16; panel++)  // what fills the last panel up is nobody's
    for (int tap = 0; tap < 9 * inputs; tap++)
      for (int lane = 0; lane < 16; lane++)
        if (panel * 16 + lane >= outputs) to[(panel * 9 * inputs + tap) * 16 + lane] = 0;
  for (int lane = outputs; lane < panels; lane++) to[lane - panels] = 0;
  to += 9 * inputs * panels;
  k->transpose(x, to);
  to += 16 * 16;
  const ptrdiff_t runs[] = {0, (ptrdiff_t)padded * inputs, (ptrdiff_t)2 * padded * inputs};
  const cf_window window = {padded * inputs,          inputs,         3, 3 * inputs, runs, side, outputs,
                            (size_t)(side * outputs), (size_t)outputs};
  k->conv(&window, x, weights, bias, to, 0, side, (cf_clamp){-1, 1});
  to += results;
  const cf_scaling scaling = {weights, bias, {0, 4}};
  k->channel_scale(x, &scaling, to, side * side, outputs);
  to += results;
  k->channel_gradients(dy, x, &scaling, bias, side * side, outputs, to, to + outputs);
  to += 2 * outputs;
  k->channel_mix(dy, x, &scaling, weights, bias, bias, to, side * side, outputs);
  to += results;
  k->channel_sums(x, side * side, outputs, to);
  k->channel_squares(x, bias, side * side, outputs, to + outputs);
  to += 2 * outputs;
  k->channel_scale_pool(x, weights, bias, side, side, outputs, to, winners, to + results);
  to += 2 * results;
  k->channel_mix_pool(dy, winners, x, weights, bias, bias, side, side, outputs, to);
  return (size_t)(to + results - begin);
}

int main(void) {
  const cf_kernels *kernels[VARIANTS];
  const int count = cf_kernels_available(kernels, VARIANTS);
  static const int cases[][3] = {{8, 16, 16}, {4, 32, 48}, {7, 16, 20}, {16, 16, 32}};
  unsigned long long sum = 14695981039346656037ull;
  int failed = 0;
  fill(x, MOST, 1);
  fill(weights, MOST, 2);
  fill(bias, 256, 3);
  fill(dy, MOST, 4);
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    size_t floats = 0;
    for (int v = 0; v < count; v++) {
      floats = run(kernels[v], cases[c][0], cases[c][1], cases[c][2], found[v]);
      if (memcmp(found[v], found[0], floats * sizeof(float)) == 0) continue;
      printf("FAILED %s: case %zu\n", kernels[v]->name, c);
      failed = 1;
    }
    for (size_t i = 0; i < floats * sizeof(float); i++) sum = (sum ^ ((unsigned char *)found[0])[i]) * 1099511628211ull;
  }
  printf("%016llx", sum);
  for (int v = 0; v < count; v++) printf(" %s", kernels[v]->name);
  printf("\n");
  return failed;
}
