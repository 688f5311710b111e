// Microkernels for int8 weights, and codes of 8 bits or 16. All compute the bytes that Reference defines; they differ
// in instruction set and tile only.
//
// Every kernel has the type ck_run: a description of the whole operation, and the range of rows (or outputs) that this
// call computes, so that threads may share one operation. kernels.inc lists them all.
#ifndef CINT8KERNELS_H
#define CINT8KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "CCPU.h"

/// An activation as this machine's dot products want it. x86 multiplies unsigned by signed bytes (vpdpbusd), so a code
/// is stored as q + 128, which for pixels is the pixel itself; aarch64 multiplies signed by signed, and stores q.
#if defined(__x86_64__)
typedef uint8_t ck_code;
#define CK_CODE_OFFSET 128
#else
typedef int8_t ck_code;
#define CK_CODE_OFFSET 0
#endif

/// Bytes that must be readable after the end of every activation buffer. What they hold does not matter.
#define CK_SLACK 64

/// Channels that one block of packed weights, biases and multipliers holds.
#define CK_BLOCK 16

/// Asks for large pages behind a large block that is about to be filled: fewer page faults at load, fewer TLB misses
/// when it streams by. Systems that have none lose nothing.
void ck_prefer_large_pages(void *block, size_t bytes);
#define CK_LARGE_PAGE 2097152

/// What a kernel computes.
typedef enum {
  CK_OP_CONV = 0,                 // ck_conv
  CK_OP_CONV_MAXPOOL2X2,          // ck_conv, rows and columns are of the pooled result
  CK_OP_RGB3X3_MAXPOOL2X2,        // ck_conv over 3 channels; on x86 over pixels as they lie, with no slack
  CK_OP_WINOGRAD,                 // ck_conv, 3x3, weights from ck_pack_winograd; reads a row and a column more where
                                  // rows and columns are odd, whose values do not matter
  CK_OP_WINOGRAD_MAXPOOL2X2,      // the same with pooling
  CK_OP_WINOGRAD_RGB_MAXPOOL2X2,  // the same over 3 channels, read as CK_OP_RGB3X3_MAXPOOL2X2 reads them
  CK_OP_DEPTHWISE,                // ck_conv
  CK_OP_DEPTHWISE3X3,             // ck_conv, 3x3 taps that move by 1 or 2, packed by ck_pack_depthwise3x3
  CK_OP_DENSE,                    // ck_dense
  CK_OP_DENSE_PART,               // ck_dense_part
  CK_OP_DENSE_SUM,                // ck_dense_sum
  CK_OP_MAXPOOL,                  // ck_pool
  CK_OP_AVERAGEPOOL,              // ck_pool
  CK_OP_ADD,                      // ck_pair
  CK_OP_MULTIPLY,                 // ck_pair
  CK_OP_MAP,                      // ck_map
  CK_OP_UPSAMPLE,                 // ck_upsample
  CK_OP_RESIZE,                   // ck_resize
  CK_OP_REARRANGE,                // ck_rearrange
  CK_OP_PREPARE,                  // ck_prepare
  // The operations below read words: int16 codes less their zero point, of values of 16 bits as they lie, of values of
  // 8 bits after CK_OP_WIDEN. Results are words or codes.
  CK_OP_WIDEN,              // ck_prepare
  CK_OP_CONV16,             // ck_conv
  CK_OP_CONV16_MAXPOOL2X2,  // ck_conv, rows and columns are of the pooled result
  CK_OP_DEPTHWISE16,        // ck_conv
  CK_OP_DENSE16,            // ck_dense
  CK_OP_MAXPOOL16,          // ck_pool, words alone
  CK_OP_AVERAGEPOOL16,      // ck_pool
  CK_OP_ADD16,              // ck_pair16
  CK_OP_MULTIPLY16,         // ck_pair16
  CK_OP_MAP16,              // ck_map16
  CK_OP_RESIZE16,           // ck_resize, bilinear alone
  CK_OP_COUNT
} ck_op;

/// The buffers of an operation; the first member of every description.
typedef struct {
  const void *input;
  const void *other;  // the second input of an addition or multiplication
  void *output;
  int32_t *accumulators;  // where raw accumulators go instead of codes, or NULL
} ck_io;

/// Where the buffers' addresses lie in an operation.
enum {
  CK_IO_INPUT = offsetof(ck_io, input),
  CK_IO_OTHER = offsetof(ck_io, other),
  CK_IO_OUTPUT = offsetof(ck_io, output)
};

/// Equation (3) in codes: clamp(round(acc * multiplier) + zero_point, low, high).
typedef struct {
  const float *multipliers;  // by channel, padded with zeros to whole blocks
  int32_t zero_point;
  int32_t low;
  int32_t high;
  int bounded;  // no product reaches 2^31
  int plain;    // that, and zero_point and low are the least code, high the largest
  int words;    // results are words; of kernels that read words alone
} ck_requantization;

/// What results of kernels that read words become: clamp(round(product) + zero_point, low, high), as words or codes.
typedef struct {
  int32_t zero_point, low, high;
  int words;
} ck_result;

/// A convolution over windows that lie wholly inside the input (borders are made by ck_prepare).
///
/// A window is `segment_count` runs of contiguous inputs, each `segment_groups` groups of the kernel's size long. The
/// last group of a segment may reach beyond the inputs that count: the weights there are 0.
/// |bias + sum (x - zero point) * w| < 2^31 is checked at load; sums before that wrap around, which is harmless. Of
/// words it is |bias| + sum |w| * largest code < 2^31, so that no sum leaves 32 bits on the way either.
typedef struct {
  ck_io io;                   // input: the first window's start; output: [rows][columns][channels]
  ptrdiff_t input_row;        // bytes from a window to the one below
  ptrdiff_t input_pixel;      // bytes from a window to its right neighbour
  const ptrdiff_t *segments;  // byte offset of each segment from its window's start
  size_t segment_count;
  size_t segment_groups;
  const void *weights;   // [block][segment][group][CK_BLOCK][inputs of a group]; depthwise: int16 [tap][channel],
                         // then CK_BLOCK more of any value
  const int32_t *bias;   // [block][CK_BLOCK], the zero point's term folded in
  size_t channels;       // outputs
  size_t columns;        // outputs across, after pooling where it is fused
  ptrdiff_t output_row;  // codes, words or accumulators
  ptrdiff_t output_pixel;
  ck_requantization requantization;
  const char *prefetch;    // what a later operation reads, fetched into the second-level cache meanwhile; or NULL
  ptrdiff_t prefetch_row;  // bytes from what an output row fetches to what the next one does
  size_t prefetch_bytes;   // for each output column, a multiple of 64
} ck_conv;

/// A fully connected layer; the range counts outputs and starts at multiples of CK_DENSE_STEP.
typedef struct {
  ck_io io;               // input: [inputs], output: [outputs]
  size_t row_bytes;       // inputs rounded up to CK_DENSE_ALIGNMENT
  const int8_t *weights;  // [outputs][row_bytes], zeros at the end of a row
  const int32_t *bias;    // [outputs], the zero point's term folded in
  ck_requantization requantization;
} ck_dense;
#define CK_DENSE_STEP 8
#define CK_DENSE_ALIGNMENT 64
#define CK_DENSE16_ALIGNMENT 32  // so that no row of words reaches further beyond its end than CK_SLACK

/// A part of a fully connected layer: raw sums over some rows of its input, for each output. The range counts rows.
/// Lanes are outputs, so that the weights stream by in the order of the input.
typedef struct {
  ck_io io;  // input: [rows][row_groups][4]
  size_t row_groups;
  size_t first_row;       // the sums begin with it
  size_t outputs;         // a multiple of CK_BLOCK
  const int8_t *weights;  // [rows][row_groups][outputs][4], from ck_pack_dense_part
  int32_t *sums;          // [outputs]
} ck_dense_part;
#define CK_DENSE_PART_GROUP 4

/// The results of a fully connected layer from its parts; the range counts outputs.
typedef struct {
  ck_io io;             // output: [outputs]
  const int32_t *sums;  // [parts][part_step]
  size_t parts;
  size_t part_step;
  const int32_t *bias;  // [outputs], the zero point's term folded in
  ck_requantization requantization;
} ck_dense_sum;

/// A pool over [height][width][channels]; padding is passed over.
typedef struct {
  ck_io io;
  size_t height, width, channels;
  size_t window_height, window_width, stride, pad_top, pad_left;
  size_t columns;        // outputs across
  const ck_code *table;  // max: applied to the result, or NULL
  float input_scale;     // average: multiplier = input_scale / (output_scale * count)
  float output_scale;
  int32_t input_zero_point;   // average, in codes
  int32_t output_zero_point;  // average, in codes
  ck_result result;           // average of words
} ck_pool;

/// Two values, code by code; the range counts codes, or rows where `row` is not 0. The second begins anew after
/// `period` codes: all of them (of a row), or one for each channel. A sum is
/// clamp(round(first[a] + second[b]) + zero_point, low, high), a product
/// clamp(round(float((a - zero_points[0]) * (b - zero_points[1])) * multipliers[0]) + zero_point, low, high).
typedef struct {
  ck_io io;
  size_t period;
  size_t row;  // codes of a row where rows lie apart, or 0
  ptrdiff_t input_row, other_row, output_row;
  const float *first;  // sums: by code as an unsigned byte, float(q - zero point) * (scale / output scale)
  const float *second;
  int32_t zero_points[2];  // in codes as they are stored; with the multipliers, what makes the two tables
  float multipliers[2];
  int32_t zero_point, low, high;
} ck_pair;

/// Two values of words, word by word; the range counts words, and `period` is as in ck_pair. A sum is that of
/// float(a) * multipliers[0] + float(b) * multipliers[1], a product that of float(a * b) * multipliers[0].
typedef struct {
  ck_io io;
  size_t period;
  float multipliers[2];
  ck_result result;
} ck_pair16;

/// Words times a number, or through a table: rescaling, narrowing, concatenation, functions of one number.
typedef struct {
  ck_io io;
  size_t channels;       // contiguous words of a pixel; the range counts pixels
  size_t output_pixel;   // words or codes from an output pixel to the next
  const int16_t *table;  // by word + largest, what is stored; or NULL
  int32_t largest;
  float multiplier;
  ck_result result;
} ck_map16;

/// Bytes through a table, and into every `output_pixel`-th place: concatenation, rescaling, functions of one number.
typedef struct {
  ck_io io;
  size_t channels;       // contiguous codes of a pixel; the range counts pixels
  size_t output_pixel;   // codes from an output pixel to the next
  const ck_code *table;  // by code as an unsigned byte, or NULL for a copy
} ck_map;

/// Nearest-neighbour enlargement; the range counts output rows.
typedef struct {
  ck_io io;
  size_t width, channels, factor;
  const ck_code *table;  // or NULL
} ck_upsample;

/// Where a row or column of a result lies: share / 2048 of the way from a pixel to the next, which may lie beyond the
/// edge only where the share is 0.
typedef struct {
  size_t pixel;
  int32_t share;
} ck_place;

/// Another number of rows and columns of [height][width][channels]; the range counts output rows.
typedef struct {
  ck_io io;
  size_t height, width, channels, columns;
  const ck_place *down;    // by output row
  const ck_place *across;  // by output column
  int is_linear;
  const ck_code *table;      // nearest: or NULL
  int32_t input_zero_point;  // linear, in codes
  float multiplier;          // linear: input scale * 2^-22 / output scale
  int32_t zero_point;        // linear, in codes
  ck_result result;          // linear, of words
} ck_resize;

/// Codes picked at regular distances, through a table; the range counts runs.
typedef struct {
  ck_io io;
  size_t axes;  // outermost first, those of the run left out
#define CK_REARRANGE_AXES 8
  size_t sizes[CK_REARRANGE_AXES];
  ptrdiff_t strides[CK_REARRANGE_AXES];
  size_t run;  // codes that lie side by side in the output
  ptrdiff_t run_stride;
  const ck_code *table;  // or NULL
} ck_rearrange;

/// Copies rows into a larger frame of border codes, widening them to int16 where the kernel wants that.
/// The range counts rows of the output.
typedef struct {
  ck_io io;
  size_t height, width, channels;
  size_t pad_top, pad_left, pad_right;
  int32_t border;      // the zero point as a code; 0 for words
  int widen;           // outputs are int16
  int from_pixels;     // the input holds pixels, not codes
  int from_words;      // the input holds words; of CK_OP_WIDEN alone
  int32_t subtrahend;  // of CK_OP_WIDEN: the zero point as a code, which is taken off codes; 0 for pixels and words
} ck_prepare;

/// Computes rows (outputs, pixels) first ..< end of an operation.
typedef void ck_run(const void *operation, size_t first, size_t end);

/// One line of kernels.inc.
typedef struct {
  const char *name;
  ck_op op;
  ccpu_set isa;
  uint8_t group;             // inputs that one step of the kernel multiplies; of CK_OP_DEPTHWISE3X3 the chunk
  uint8_t weight_bytes;      // of one packed weight
  uint8_t activation_bytes;  // of one input: 1, or 2 where rows are widened first
  ck_run *run;
} ck_kernel;

/// The kernels of this architecture, in the order of kernels.inc.
size_t ck_kernel_count(void);
const ck_kernel *ck_kernel_at(size_t index);

/// The border around rows that an operation writes, so that the convolution that reads them finds its padding: the
/// output of the operation is the inside's start.
typedef struct {
  ptrdiff_t row;  // bytes from a row to the next: left, inside and right
  size_t inside;  // bytes of a row
  size_t height;
  size_t top, bottom;  // rows
  size_t left, right;  // bytes
  int32_t border;      // the zero point as a code
} ck_frame;

/// One operation and how it is cut up for threads: part i of `parts` computes rows rows * i / parts ..< ..., and the
/// border around them.
typedef struct {
  ck_run *run;
  const void *operation;  // begins with a ck_io
  size_t rows;
  size_t parts;
  size_t alignment;       // parts start at multiples of it
  const ck_frame *frame;  // or NULL
} ck_step;

/// Runs part `index` of a ck_step; has the type of a task of CThreads.
void ck_step_run(void *step, size_t index);

/// Some rows of one operation.
typedef struct {
  ck_run *run;
  const void *operation;
  size_t first, end;
  size_t layer;  // whose time it counts to
} ck_slice;

/// A band of a picture through several layers: a row of a later layer is computed as soon as the rows that it reads
/// are there, while they are in the nearest cache.
typedef struct {
  const ck_slice *slices;
  size_t count;
  uint64_t *nanoseconds;  // by layer, where times are added; NULL where none is asked for
} ck_band;

/// Runs band `index` of an array of ck_band; has the type of a task of CThreads.
void ck_band_run(void *bands, size_t index);

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

/// Packs [channels][3][3] weights, biases and multipliers for CK_OP_DEPTHWISE3X3, whose segment_groups is the number of
/// chunks. A chunk of channels is split among 4 vectors of sums, or 2 for weights of 2 bytes: of each 16 (8) channels a
/// vector gets 4. The weights of a chunk are [2][3][part][vector]: for a window and for the one below it, for each
/// column of taps, those of rows 0 to 3 side by side where weights are bytes, otherwise rows 0 and 1, then 2 and 3.
/// Where there are fewer channels than a chunk has, chunks run on over the pixels of a row, until they begin anew.
void ck_pack_depthwise3x3(const int8_t *weights, const int32_t *bias, const float *multipliers, size_t channels,
                          size_t chunk, size_t weight_bytes, void *packed, int32_t *packed_bias,
                          float *packed_multipliers);
size_t ck_depthwise3x3_chunks(size_t channels, size_t chunk);
/// Weights that a chunk packs for each of its channels.
#define CK_DEPTHWISE3X3_WEIGHTS 24

/// Transforms and packs [outputs][3][3][inputs] weights for the Winograd kernels: 16-bit numbers [block][position],
/// the 16 entries of (2G)g(2G)' (see conv/winograd_template.h), then [pair][CK_BLOCK][2] where `group` is 2, otherwise
/// [input][CK_BLOCK] with inputs rounded up to whole groups.
void ck_pack_winograd(const int8_t *weights, size_t outputs, size_t inputs, size_t group, int16_t *packed);

/// Input channels that the Winograd kernels take at most.
#define CK_WINOGRAD_INPUTS 128

/// Looks at one channel's weights: their sum, the sum of their magnitudes, and whether one is -128.
typedef struct {
  int64_t sum;
  int64_t magnitude;
  int has_minus_128;
} ck_weight_sums;
ck_weight_sums ck_sum_weights(const int8_t *weights, size_t count);

/// Runs independent dot-product instructions of an instruction set on registers alone, `rounds` times, and returns how
/// many multiply-adds that was: the speed that no kernel of it can pass, but for those of Winograd, which need fewer
/// products. 0 where it is not built in.
uint64_t ck_peak(ccpu_set isa, uint64_t rounds);

#endif
