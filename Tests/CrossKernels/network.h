// Descriptions of operations with random contents, for tests of kernels without the Swift runtime.
#ifndef NETWORK_H
#define NETWORK_H

#include "CInt8Kernels.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t random_state = 1;

static inline uint32_t random_bits(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33);
}

// What `guarded` has mapped: a system lets a program have so many maps, and no more.
static struct {
  char *start;
  size_t bytes;
} guarded_maps[1 << 16];
static size_t guarded_count;

// Memory whose last byte is followed by an unmapped page.
static inline void *guarded(size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t room = (bytes + page - 1) / page * page;
  char *start = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || guarded_count == sizeof guarded_maps / sizeof guarded_maps[0]) abort();
  mprotect(start + room, page, PROT_NONE);
  guarded_maps[guarded_count].start = start;
  guarded_maps[guarded_count++].bytes = room + page;
  return start + room - bytes;
}

// Gives back all of it.
static inline void release_guarded(void) {
  while (guarded_count > 0) {
    guarded_count--;
    munmap(guarded_maps[guarded_count].start, guarded_maps[guarded_count].bytes);
  }
}

typedef struct {
  size_t height, width, channels, outputs, kernel_height, kernel_width, stride, dilation;
  int pooled, loud, raw;
} layer;

typedef struct {
  ck_conv conv;
  ptrdiff_t segments[64];
  size_t rows, out_count;
} conv_layer;

static inline int8_t random_weight(int loud) {
  if (loud) return random_bits() % 2 ? 127 : -127;
  return (int8_t)((int)(random_bits() % 255) - 127);
}

// What folding the zero point -128 adds to a bias, equation (2), in the form of codes of this architecture.
static inline int32_t zero_point_term(const int8_t *weights, size_t count) {
  return (int32_t)(128 - CK_CODE_OFFSET) * (int32_t)ck_sum_weights(weights, count).sum;
}

// Results down and across of a tile of Winograd's, 0 of other kernels.
static inline size_t winograd_side(const ck_kernel *kernel) {
  switch (kernel->op) {
    case CK_OP_WINOGRAD:
    case CK_OP_WINOGRAD_MAXPOOL2X2: return 2;
    case CK_OP_WINOGRAD4:
    case CK_OP_WINOGRAD4_MAXPOOL2X2:
    case CK_OP_WINOGRAD4_RGB_MAXPOOL2X2: return 4;
    default: return 0;
  }
}

// The description of a convolution for one kernel; random numbers are drawn from `seed`, the same for every kernel.
static inline conv_layer make_conv(const layer *l, const ck_kernel *kernel, const void *input, uint64_t seed) {
  conv_layer made;
  memset(&made, 0, sizeof made);
  ck_conv *conv = &made.conv;
  random_state = seed;
  size_t taps = l->kernel_height * l->kernel_width;
  size_t inputs = l->channels * taps;
  int8_t *weights = malloc(l->outputs * inputs);
  for (size_t i = 0; i < l->outputs * inputs; i++) weights[i] = random_weight(l->loud);
  size_t blocks = (l->outputs + CK_BLOCK - 1) / CK_BLOCK;
  int32_t *bias = guarded(blocks * CK_BLOCK * sizeof *bias);
  float *multipliers = guarded(blocks * CK_BLOCK * sizeof *multipliers);
  for (size_t o = 0; o < l->outputs; o++) {
    bias[o] = (int32_t)(random_bits() % 20001) - 10000 + zero_point_term(weights + o * inputs, inputs);
    multipliers[o] = (float)(random_bits() % 1000 + 500) / (l->loud ? 1e3f : 1e7f);
  }
  int joined = l->dilation == 1;
  size_t segments = 0;
  for (size_t y = 0; y < l->kernel_height; y++)
    for (size_t x = 0; x < (joined ? 1 : l->kernel_width); x++)
      made.segments[segments++] = (ptrdiff_t)((y * l->width + x) * l->dilation * l->channels);
  size_t segment_inputs = joined ? l->kernel_width * l->channels : l->channels;
  conv->segment_count = segments;
  conv->segment_groups = (segment_inputs + kernel->group - 1) / kernel->group;
  const int is_gathered = kernel->op == CK_OP_CONV_GATHERED || kernel->op == CK_OP_CONV_GATHERED_MAXPOOL2X2;
  if (is_gathered) {
    conv->segment_bytes = segment_inputs;
    conv->segment_groups = (inputs + kernel->group - 1) / kernel->group;
  }
  void *packed;
  const size_t side = winograd_side(kernel), positions = (side + 2) * (side + 2);
  if (side > 0) {
    conv->segment_count = positions;
    conv->segment_groups = (l->channels + kernel->group - 1) / kernel->group;
    packed = guarded(blocks * CK_BLOCK * positions * conv->segment_groups * kernel->group * sizeof(int16_t));
    ck_pack_winograd(weights, l->outputs, l->channels, side, kernel->group, packed);
    conv->sums_fit = 1;
    for (size_t o = 0; o < l->outputs; o++)
      conv->sums_fit &= ck_sum_weights(weights + o * inputs, inputs).magnitude <= CK_WINOGRAD4_WHOLE_MAGNITUDE;
  } else if (kernel->op == CK_OP_RGB3X3_MAXPOOL2X2) {
    packed = guarded(blocks * CK_RGB3X3_BLOCK_BYTES);
    ck_pack_rgb3x3(weights, l->outputs, kernel->group, packed);
  } else {
    const size_t runs = is_gathered ? 1 : segments;
    packed = guarded(blocks * CK_BLOCK * runs * conv->segment_groups * kernel->group * kernel->weight_bytes);
    ck_pack(weights, l->outputs, runs, inputs / runs, kernel->group, kernel->weight_bytes, packed);
  }
  free(weights);
  size_t rows = (l->height - ((l->kernel_height - 1) * l->dilation + 1)) / l->stride + 1;
  size_t columns = (l->width - ((l->kernel_width - 1) * l->dilation + 1)) / l->stride + 1;
  made.rows = l->pooled ? rows / 2 : rows;
  conv->columns = l->pooled ? columns / 2 : columns;
  conv->io.input = input;
  conv->input_row = (ptrdiff_t)(l->stride * l->width * l->channels);
  conv->input_pixel = (ptrdiff_t)(l->stride * l->channels);
  conv->weights = packed;
  conv->bias = bias;
  conv->channels = l->outputs;
  conv->output_row = (ptrdiff_t)(conv->columns * l->outputs);
  conv->output_pixel = (ptrdiff_t)l->outputs;
  conv->requantization = (ck_requantization){
      multipliers, (int32_t)(seed % 7) - 3 + CK_CODE_OFFSET, CK_CODE_OFFSET - 100, CK_CODE_OFFSET + 120, 0, 0, 0, 0};
  made.out_count = made.rows * conv->columns * l->outputs;
  if (l->raw) conv->io.accumulators = guarded(made.out_count * sizeof(int32_t));
  else conv->io.output = guarded(made.out_count);
  return made;
}

static inline void run_conv(conv_layer *made, const ck_kernel *kernel) {
  made->conv.segments = made->segments;
  kernel->run(&made->conv, 0, made->rows);
}

static inline ck_dense make_dense(size_t inputs, size_t outputs, size_t alignment, int loud, const void *input,
                                  uint64_t seed) {
  random_state = seed;
  ck_dense dense;
  memset(&dense, 0, sizeof dense);
  dense.row_bytes = (inputs + alignment - 1) / alignment * alignment;
  int8_t *weights = guarded(dense.row_bytes * outputs);
  int32_t *bias = guarded(outputs * sizeof *bias);
  float *multipliers = guarded(outputs * sizeof *multipliers);
  for (size_t o = 0; o < outputs; o++) {
    for (size_t i = 0; i < inputs; i++) weights[o * dense.row_bytes + i] = random_weight(loud);
    bias[o] = (int32_t)(random_bits() % 20001) - 10000 + zero_point_term(weights + o * dense.row_bytes, inputs);
    multipliers[o] = (float)(random_bits() % 1000 + 500) / 1e7f;
  }
  dense.weights = weights;
  dense.bias = bias;
  dense.io.input = input;
  dense.io.output = guarded(outputs);
  dense.requantization = (ck_requantization){
      multipliers, CK_CODE_OFFSET - 5, CK_CODE_OFFSET - 128, CK_CODE_OFFSET + 127, 0, 0, 0, 0};
  return dense;
}

static inline const ck_kernel *best_kernel(ck_op op, uint32_t isas) {
  const ck_kernel *best = NULL;
  for (size_t i = 0; i < ck_kernel_count(); i++) {
    const ck_kernel *kernel = ck_kernel_at(i);
    if (kernel->op == op && (isas >> kernel->isa & 1) && (best == NULL || kernel->isa >= best->isa)) best = kernel;
  }
  return best;
}

#endif
