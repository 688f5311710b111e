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
#include "ck_operations.h"
#include "ck_pack.h"

/// Asks for large pages behind a large block that is about to be filled: fewer page faults at load, fewer TLB misses
/// when it streams by. Systems that have none lose nothing.
void ck_prefer_large_pages(void *block, size_t bytes);
#define CK_LARGE_PAGE 2097152

/// What a kernel computes.
typedef enum {
  CK_OP_CONV = 0,                  // ck_conv
  CK_OP_CONV_MAXPOOL2X2,           // ck_conv, rows and columns are of the pooled result
  CK_OP_CONV_EIGHT,                // ck_conv of at most eight channels
  CK_OP_CONV_EIGHT_MAXPOOL2X2,     // the same with pooling
  CK_OP_CONV_GATHERED,             // ck_conv whose segments are gathered, at most CK_GATHERED_BYTES a window
  CK_OP_CONV_GATHERED_MAXPOOL2X2,  // the same with pooling
  CK_OP_RGB3X3_MAXPOOL2X2,         // ck_conv over 3 channels; on x86 over pixels as they lie, with no slack
  CK_OP_WINOGRAD,                  // ck_conv, 3x3, weights from ck_pack_winograd; tiles of 2x2 results read a row and
                                   // a column more where these are odd, whose values do not matter
  CK_OP_WINOGRAD_MAXPOOL2X2,       // the same with pooling
  CK_OP_WINOGRAD4,                 // the same in tiles of 4x4 results, so that up to 3 rows and columns are read more;
                                   // a channel's weights have a magnitude of at most CK_WINOGRAD4_MAGNITUDE
  CK_OP_WINOGRAD4_MAXPOOL2X2,      // that with pooling
  CK_OP_WINOGRAD4_RGB_MAXPOOL2X2,  // the last, of 3 channels as CK_OP_RGB3X3_MAXPOOL2X2 reads
  CK_OP_DEPTHWISE,                 // ck_conv
  CK_OP_DEPTHWISE3X3,              // ck_conv, 3x3 taps that move by 1 or 2, packed by ck_pack_depthwise
  CK_OP_DEPTHWISE3X3_MAXPOOL2X2,   // the same of taps that move by 1, with pooling, to codes; of as many channels as a
                                   // chunk has or more, or of a half or a quarter that is 16 or more
  CK_OP_DEPTHWISE5X5,              // ck_conv, 5x5 taps, packed by ck_pack_depthwise
  CK_OP_DENSE,                     // ck_dense
  CK_OP_DENSE_PART,                // ck_dense_part
  CK_OP_DENSE_SUM,                 // ck_dense_sum
  CK_OP_MAXPOOL,                   // ck_pool
  CK_OP_AVERAGEPOOL,               // ck_pool
  CK_OP_ADD,                       // ck_pair
  CK_OP_MULTIPLY,                  // ck_pair
  CK_OP_MAP,                       // ck_map
  CK_OP_UPSAMPLE,                  // ck_upsample
  CK_OP_RESIZE,                    // ck_resize
  CK_OP_REARRANGE,                 // ck_rearrange
  CK_OP_PREPARE,                   // ck_prepare
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

/// Computes rows (outputs, pixels) first ..< end of an operation.
typedef void ck_run(const void *operation, size_t first, size_t end);

/// One line of kernels.inc.
typedef struct {
  const char *name;
  ck_op op;
  ccpu_set isa;
  uint8_t group;         // inputs that one step of the kernel multiplies; of CK_OP_DEPTHWISE3X3 and its like the chunk
  uint8_t weight_bytes;  // of one packed weight
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

/// One operation and how it may be cut up for threads: part i of `parts` is rows rows * i / parts ..< ..., and the
/// border around them.
typedef struct {
  ck_run *run;
  const void *operation;  // begins with a ck_io
  size_t rows;
  size_t parts;
  size_t alignment;       // parts start at multiples of it
  const ck_frame *frame;  // or NULL
} ck_step;

/// Runs parts first ..< end of a ck_step; has the type of a team's task of CThreads.
void ck_step_run(void *step, size_t first, size_t end);

/// One operation of a pass.
typedef struct {
  ck_run *run;
  const void *operation;
  const ck_frame *frame;  // or NULL
  size_t rows;            // what its range counts for the whole picture
} ck_pass_step;

/// Operations of which each row needs those rows of the ones before it alone that no other row needs, so that a thread
/// takes its rows through all of them: part i of `parts` is the rows height * i / parts ..< ..., cut at multiples of
/// `unit`. Of each step `unit` * rows is a multiple of height, so that its range is cut at the same places.
typedef struct {
  const ck_pass_step *steps;
  size_t count;
  size_t height;
  size_t unit;
  size_t parts;
  uint64_t *nanoseconds;  // [parts, count], where times are added, by first part; NULL where none is asked for
} ck_pass;

/// Runs parts first ..< end of a ck_pass; has the type of a team's task of CThreads.
void ck_pass_run(void *pass, size_t first, size_t end);

/// Some rows of one operation, which writes no frame.
typedef struct {
  ck_run *run;
  const void *operation;
  size_t first, end;
  size_t layer;  // of the band, whose time it counts to
} ck_slice;

/// A band of a picture through several layers: a row of a later layer is computed as soon as the rows that it reads
/// are there, while they are in the nearest cache.
typedef struct {
  const ck_slice *slices;
  size_t count;
  uint64_t *nanoseconds;  // by layer of the band, where times are added; NULL where none is asked for
} ck_band;

/// Runs bands first ..< end of an array of ck_band; has the type of a team's task of CThreads.
void ck_band_run(void *bands, size_t first, size_t end);

/// Runs independent dot-product instructions of an instruction set on registers alone, `rounds` times, and returns how
/// many multiply-adds that was: the speed that no kernel of it can pass, but for those of Winograd, which need fewer
/// products. 0 where it is not built in.
uint64_t ck_peak(ccpu_set isa, uint64_t rounds);

#endif
