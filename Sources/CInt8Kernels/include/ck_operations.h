// Descriptions of operations: what a kernel computes, and on what.
#ifndef CK_OPERATIONS_H
#define CK_OPERATIONS_H

#include <stddef.h>
#include <stdint.h>

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
  int narrow;   // no product leaves 16 bits, and low and high are the least and the largest code
  int words;    // results are words; of kernels that read words alone
} ck_requantization;

/// What results of kernels that read words become: clamp(round(product) + zero_point, low, high), as words or codes.
typedef struct {
  int32_t zero_point, low, high;
  int words;
} ck_result;

/// Columns of results below which ck_qs8_qc8w_conv__avx512vnni computes two rows at a time.
#define CK_SHORT_ROW 12

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
  size_t segment_groups;  // of a window where segments are gathered, whose weights are packed as one segment
  size_t segment_bytes;   // that count, where segments are gathered
  const void *weights;    // [block][segment][group][CK_BLOCK][inputs of a group]; depthwise: int16 [tap][channel],
                          // then CK_BLOCK more of any value
  const int32_t *bias;    // [block][CK_BLOCK], the zero point's term folded in
  size_t channels;        // outputs
  size_t columns;         // outputs across, after pooling where it is fused
  ptrdiff_t output_row;   // codes, words or accumulators
  ptrdiff_t output_pixel;
  ck_requantization requantization;
  int sums_fit;            // of Winograd's tiles of 4x4: no channel exceeds CK_WINOGRAD4_WHOLE_MAGNITUDE
  const char *prefetch;    // what a later operation reads, fetched into the second-level cache meanwhile; or NULL
  ptrdiff_t prefetch_row;  // bytes from what an output row fetches to what the next one does
  size_t prefetch_bytes;   // for each output column, a multiple of 64
} ck_conv;

/// Bytes of whole groups that a gathered window has at most.
#define CK_GATHERED_BYTES 256

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
  size_t columns;                   // outputs across
  ptrdiff_t input_row, output_row;  // codes or words from a row to the next
  const ck_code *table;             // max: applied to the result, or NULL
  float input_scale;                // average: multiplier = input_scale / (output_scale * count)
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
  int32_t integers[2];  // sums of two values: the multipliers times 2^shift, where integers give the same codes
  int shift;            // 10 to 16 where both integers are below 2^15, 17 to 23 where not, 0 where there are none
} ck_pair;

/// Shifts of integers that have 16 bits: what is below leaves few digits, and codes times 2^(16 - shift) have room in
/// words.
enum { CK_LEAST_WORD_SHIFT = 10, CK_MOST_WORD_SHIFT = 16 };

/// Looks for the integers of a sum whose other members are set: with them
/// clamp(((a - zero_points[0]) * integers[0] + (b - zero_points[1]) * integers[1] + 2^(shift - 1) >> shift) +
/// zero_point, low, high) is the sum of every pair of codes, of which all 65,536 are looked at. Integers of 16 bits are
/// looked for first, as they take half as long.
void ck_add_in_integers(ck_pair *pair);

/// The same for integers of 16 bits alone.
void ck_add_in_words(ck_pair *pair);

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
/// The range counts pixels, or rows where `row` is not 0.
typedef struct {
  ck_io io;
  size_t channels;      // contiguous codes of a pixel
  size_t output_pixel;  // codes from an output pixel to the next
  size_t row;           // pixels of a row where rows lie apart, or 0
  ptrdiff_t input_row, output_row;
  const ck_code *table;  // by code as an unsigned byte, or NULL for a copy
} ck_map;

/// Nearest-neighbour enlargement; the range counts output rows.
typedef struct {
  ck_io io;
  size_t width, channels, factor;
  ptrdiff_t input_row, output_row;  // codes from a row to the next
  const ck_code *table;             // or NULL
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

#endif
