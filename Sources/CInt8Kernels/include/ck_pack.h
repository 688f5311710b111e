// Weights in the order in which kernels read them.
#ifndef CK_PACK_H
#define CK_PACK_H

#include "ck_operations.h"

/// Packs the weights of one block-wise convolution: `weights` is [outputs][segments][segment_inputs], the result
/// [block][segment][group][CK_BLOCK][group size] with zeros where there is no weight.
void ck_pack(const int8_t *weights, size_t outputs, size_t segments, size_t segment_inputs, size_t group,
             size_t weight_bytes, void *packed);

/// Packs [outputs][3][3][3] weights for CK_OP_RGB3X3_MAXPOOL2X2. A block is eight times [4 / group][CK_BLOCK][group]:
/// bytes 0...3 and 4...7 of the three runs of nine, then the ninth bytes (0 1 2 -) and (- 0 1 2) for the upper and the
/// lower of two rows of windows. `group` is 2 or 4.
void ck_pack_rgb3x3(const int8_t *weights, size_t outputs, size_t group, void *packed);
#define CK_RGB3X3_BLOCK_BYTES 512

/// Packs [outputs][inputs] weights for CK_OP_DENSE_PART; `inputs` is a multiple of 4, and outputs are rounded up to
/// whole blocks.
void ck_pack_dense_part(const int8_t *weights, size_t outputs, size_t inputs, int8_t *packed);

/// Packs [channels][side][side] weights, biases and multipliers for CK_OP_DEPTHWISE3X3 (and pooled) or
/// CK_OP_DEPTHWISE5X5, whose segment_groups is the number of chunks. A chunk of channels is split among 4 vectors of
/// sums, or 2 for weights of 2 bytes: of each 16 (8) channels a vector gets 4. The weights of a chunk are
/// [2][side][part][vector]: for a window and for the one below it, for each column of taps, parts of four rows side by
/// side where weights are bytes, otherwise of two. Where there are fewer channels than a chunk has, chunks of 3x3 taps
/// run on over the pixels of a row, until they begin anew.
void ck_pack_depthwise(size_t side, const int8_t *weights, const int32_t *bias, const float *multipliers,
                       size_t channels, size_t chunk, size_t weight_bytes, void *packed, int32_t *packed_bias,
                       float *packed_multipliers);
size_t ck_depthwise_chunks(size_t side, size_t channels, size_t chunk);
/// Weights that a chunk packs for each of its channels.
size_t ck_depthwise_weights(size_t side, size_t weight_bytes);

/// Transforms and packs [outputs][3][3][inputs] weights for the Winograd kernels whose tiles have `side` x `side`
/// results, 2 or 4: 16-bit numbers [block][position], the (side + 2)^2 entries of U (see conv/winograd_side2.h and
/// winograd_side4.h), then [pair][CK_BLOCK][2] where `group` is 2, otherwise [input][CK_BLOCK] with inputs rounded up
/// to whole groups.
void ck_pack_winograd(const int8_t *weights, size_t outputs, size_t inputs, size_t side, size_t group, int16_t *packed);

/// Input channels that the Winograd kernels take at most.
#define CK_WINOGRAD_INPUTS 128
/// The largest sum of the magnitudes of a channel's weights with which 64 times its sums fit in 32 bits.
#define CK_WINOGRAD4_MAGNITUDE 131586
/// The same for 576 times its sums.
#define CK_WINOGRAD4_WHOLE_MAGNITUDE 14620

/// Looks at one channel's weights: their sum, the sum of their magnitudes, and whether one is -128.
typedef struct {
  int64_t sum;
  int64_t magnitude;
  int has_minus_128;
} ck_weight_sums;
ck_weight_sums ck_sum_weights(const int8_t *weights, size_t count);

#endif
