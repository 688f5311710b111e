// Runs the reference network (256x256x3, random weights) as often as the first argument says, on the best kernels that
// this machine has up to the instruction set of the second, and prints a sum over the bytes of every layer.
#include "network.h"

#include <stdio.h>

static uint64_t sum_of(uint64_t sum, const void *bytes, size_t count) {
  const ck_code *codes = bytes;
  // q + 128, so that architectures with either form of codes agree.
  for (size_t i = 0; i < count; i++) sum = (sum ^ (uint8_t)(codes[i] - CK_CODE_OFFSET + 128)) * 1099511628211u;
  return sum;
}

int main(int argc, char **argv) {
  int times = argc > 1 ? atoi(argv[1]) : 1;
  int limit = argc > 2 ? atoi(argv[2]) : CCPU_LEVELS - 1;
  uint32_t isas = ccpu_detected() & ((1u << (limit + 1)) - 1);
  size_t pixels = 256 * 256 * 3;
  uint8_t *picture = guarded(pixels);
  for (size_t i = 0; i < pixels; i++) picture[i] = (uint8_t)random_bits();
  ck_code *codes = guarded(pixels + CK_SLACK);
  ck_prepare prepare = {.height = 256, .width = 256, .channels = 3, .from_pixels = 1};
  prepare.io = (ck_io){picture, NULL, codes, NULL};
  const layer layers[3] = {{256, 256, 3, 16, 3, 3, 1, 1, 1, 0, 0},
                           {127, 127, 16, 32, 3, 3, 1, 1, 1, 0, 0},
                           {62, 62, 32, 16, 3, 3, 1, 1, 1, 0, 0}};
  conv_layer convs[3];
  const ck_kernel *kernels[3];
  const ck_code *input = codes;
  for (int i = 0; i < 3; i++) {
    kernels[i] = best_kernel(CK_OP_CONV_MAXPOOL2X2, isas);
    const ck_kernel *rgb = best_kernel(CK_OP_RGB3X3_MAXPOOL2X2, isas);
    const ck_kernel *winograd = best_kernel(i == 0 ? CK_OP_WINOGRAD4_RGB_MAXPOOL2X2 : CK_OP_WINOGRAD_MAXPOOL2X2, isas);
    if (i == 0 && rgb) kernels[i] = rgb;
    if (winograd && winograd->isa >= kernels[i]->isa) kernels[i] = winograd;
    convs[i] = make_conv(&layers[i], kernels[i], input, 40 + (uint64_t)i);
    // Every activation buffer has slack behind it.
    convs[i].conv.io.output = guarded(convs[i].out_count + CK_SLACK);
    input = convs[i].conv.io.output;
  }
  ck_dense dense1 = make_dense(14400, 256, CK_DENSE_ALIGNMENT, 0, input, 50);
  dense1.io.output = guarded(256 + CK_SLACK);
  ck_dense dense2 = make_dense(256, 1, CK_DENSE_ALIGNMENT, 0, dense1.io.output, 51);
  const ck_kernel *prepare_kernel = best_kernel(CK_OP_PREPARE, isas), *dense_kernel = best_kernel(CK_OP_DENSE, isas);
  for (int run = 0; run < times; run++) {
    prepare_kernel->run(&prepare, 0, 256);
    for (int i = 0; i < 3; i++) run_conv(&convs[i], kernels[i]);
    dense_kernel->run(&dense1, 0, 256);
    dense_kernel->run(&dense2, 0, 1);
  }
  uint64_t sum = 14695981039346656037u;
  for (int i = 0; i < 3; i++) sum = sum_of(sum, convs[i].conv.io.output, convs[i].out_count);
  sum = sum_of(sum, dense1.io.output, 256);
  sum = sum_of(sum, dense2.io.output, 1);
  printf("%016llx %s %s %s\n", (unsigned long long)sum, kernels[0]->name, kernels[1]->name, dense_kernel->name);
  return 0;
}
