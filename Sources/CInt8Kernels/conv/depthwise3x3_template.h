// The depthwise convolution of 3x3 taps that move by 1 or 2, written once for all vector instruction sets. Bytes that
// belong together are four rows of one column: they serve the three taps of a window and of the window below it, and as
// the windows move across, each column serves three of them. Where a pixel has fewer channels than a chunk, chunks run
// on over the pixels of a row: results that lie side by side have their inputs side by side as well.
//
// Over the primitives of support/vector__*.h and support/store__*.h. The including file defines
//   CHUNK                   channels that are computed at once: what ck_pack_depthwise is told
//   SUMS                    their vectors of sums, in the order of ck_pack_depthwise
//   PARTS                   vectors of inputs of one column, so that vector p belongs to sums p % SUMS
//   BYTES, load_bytes       such a vector
//   ROW, load_row           CHUNK codes of a row
//   load_apart              the same of every second pixel, if there is such a thing, where fits_apart says so
//   interleave              makes inputs of four rows
//   dot                     adds the products of one such vector and its weights
//   store_chunk             requantizes and stores CHUNK codes
//   WHOLE_CHUNKS            if two rows of chunks of nothing but codes get functions of their own, in which nothing is
//                           called, so that registers keep their columns
//   KEEPS, output_kept      if there is something faster for codes of a narrow operation, in two rows of windows that
//                           move by 1 or one row of windows that move by 2: computes what it can of them, and says
//                           how many chunks that was
//   NAME                    the kernel
// and what depthwise3x3_pooled.h says.

#include "depthwise_store.h"

typedef struct {
  BYTES parts[PARTS];
} column;

#if !defined(load_apart)
#define load_apart(codes, channels) ((void)(channels), load_row(codes))
#define fits_apart(channels) 0
#endif

// Four rows at one place.
CK_TARGET ALWAYS_INLINE column column_at(const ck_code *const rows[4], ptrdiff_t place) {
  const ROW codes[4] = {load_row(rows[0] + place), load_row(rows[1] + place), load_row(rows[2] + place),
                        load_row(rows[3] + place)};
  column x;
  interleave(codes, x.parts);
  return x;
}

// Three rows at one place and at every second pixel from there on.
CK_TARGET ALWAYS_INLINE column column_apart(const ck_code *const rows[4], ptrdiff_t place, size_t channels) {
  const ROW last = load_apart(rows[2] + place, channels);
  const ROW codes[4] = {load_apart(rows[0] + place, channels), load_apart(rows[1] + place, channels), last, last};
  column x;
  interleave(codes, x.parts);
  return x;
}

// `weights` are those of three columns.
CK_TARGET ALWAYS_INLINE void window_sums(const ck_conv *conv, size_t chunk, const int8_t *weights, const column *x0,
                                         const column *x1, const column *x2, V32 acc[SUMS]) {
  UNROLL_FOR (int s = 0; s < SUMS; s++) acc[s] = load32(conv->bias + chunk * CHUNK + (size_t)s * LANES32);
  const column *columns[3] = {x0, x1, x2};
  UNROLL_FOR (int t = 0; t < 3; t++) {
    UNROLL_FOR (int p = 0; p < PARTS; p++, weights += sizeof(BYTES))
      acc[p % SUMS] = dot(acc[p % SUMS], columns[t]->parts[p], load_bytes(weights));
  }
}

// A window and, where there are two rows, the one below it.
CK_TARGET ALWAYS_INLINE void output_windows(const ck_conv *conv, size_t chunk, const column *x0, const column *x1,
                                            const column *x2, const int rows, ptrdiff_t place, size_t count,
                                            const int whole) {
  const int8_t *weights = (const int8_t *)conv->weights + chunk * 2 * 3 * PARTS * sizeof(BYTES);
  UNROLL_FOR (int row = 0; row < rows; row++, weights += 3 * PARTS * sizeof(BYTES)) {
    V32 acc[SUMS];
    window_sums(conv, chunk, weights, x0, x1, x2, acc);
    store_results(conv, chunk, acc, place + row * conv->output_row, count, whole);
  }
}

// Chunks that run on over the pixels of a row, from `first` of its results to `end`.
CK_TARGET ALWAYS_INLINE void output_run(const ck_conv *conv, size_t first, size_t end, const ck_code *const inputs[4],
                                        const int rows, const int stride, ptrdiff_t place, const int whole) {
  const size_t channels = conv->channels;
  size_t chunk = first / CHUNK % conv->segment_groups;
  for (size_t i = first; i < end; i += CHUNK, chunk = chunk + 1 == conv->segment_groups ? 0 : chunk + 1) {
    column x[3];
    UNROLL_FOR (int t = 0; t < 3; t++) {
      const ptrdiff_t at = (ptrdiff_t)((size_t)stride * i + (size_t)t * channels);
      x[t] = stride == 1 ? column_at(inputs, at) : column_apart(inputs, at, channels);
    }
    output_windows(conv, chunk, &x[0], &x[1], &x[2], rows, place + (ptrdiff_t)i, end - i, whole);
  }
}

// One chunk of all pixels of a row: a column that windows share is made once.
CK_TARGET ALWAYS_INLINE void output_chunk(const ck_conv *conv, size_t chunk, const ck_code *const inputs[4],
                                          const int rows, const int stride, ptrdiff_t place, const int whole) {
  const ptrdiff_t pixel = conv->segments[1];
  const size_t left = conv->channels - chunk * CHUNK, count = left < CHUNK ? left : CHUNK;
  ptrdiff_t at = (ptrdiff_t)(chunk * CHUNK);
  place += at;
  column x0 = column_at(inputs, at), x1, x2;
  if (stride == 1) x1 = column_at(inputs, at + pixel);
  for (size_t i = 0; i < conv->columns; i++, at += conv->input_pixel, place += conv->output_pixel) {
    if (stride == 2) x1 = column_at(inputs, at + pixel);
    x2 = column_at(inputs, at + 2 * pixel);
    output_windows(conv, chunk, &x0, &x1, &x2, rows, place, count, whole);
    if (stride == 1) {
      x0 = x1;
      x1 = x2;
    } else {
      x0 = x2;
    }
  }
}

#if defined(WHOLE_CHUNKS)
// Two rows of chunks of nothing but codes.
CK_TARGET __attribute__((noinline)) static void whole_run(const ck_conv *conv, size_t end,
                                                          const ck_code *const inputs[4], ptrdiff_t place) {
  output_run(conv, 0, end, inputs, 2, 1, place, 1);
}
CK_TARGET __attribute__((noinline)) static void whole_chunk(const ck_conv *conv, size_t chunk,
                                                            const ck_code *const inputs[4], ptrdiff_t place) {
  output_chunk(conv, chunk, inputs, 2, 1, place, 1);
}
#endif

CK_TARGET ALWAYS_INLINE void output_row(const ck_conv *conv, size_t row, const int rows, const int stride) {
  const ck_code *inputs[4];
  // The fourth row counts for the window below alone.
  for (int i = 0; i < 4; i++)
    inputs[i] = (const ck_code *)ck_window_at(conv, row, 0) + (i == 3 && rows == 1 ? 2 : i) * conv->segments[3];
  const ptrdiff_t place = ck_place_of(conv, row, 0);
  size_t chunk = 0;
#if defined(KEEPS)
  if (conv->requantization.narrow && rows != stride && !conv->io.accumulators)
    chunk = output_kept(conv, inputs, stride, place);
#endif
  size_t done = 0;
  const int runs = conv->channels < CHUNK && (stride == 1 || fits_apart(conv->channels));
#if defined(WHOLE_CHUNKS)
  if (rows == 2 && !conv->io.accumulators) {
    if (runs) done = conv->columns * conv->channels / CHUNK * CHUNK;
    if (done > 0) whole_run(conv, done, inputs, place);
    for (; (chunk + 1) * CHUNK <= conv->channels; chunk++) whole_chunk(conv, chunk, inputs, place);
  }
#endif
  if (runs && chunk == 0) output_run(conv, done, conv->columns * conv->channels, inputs, rows, stride, place, 0);
  for (; !runs && chunk * CHUNK < conv->channels; chunk++) output_chunk(conv, chunk, inputs, rows, stride, place, 0);
}

CK_TARGET void NAME(const void *operation, size_t first, size_t end) {
  const ck_conv copy = *(const ck_conv *)operation, *conv = &copy;
  size_t row = first;
  if (conv->input_pixel != conv->segments[1]) {
    for (; row < end; row++) output_row(conv, row, 1, 2);
    return;
  }
  for (; row + 2 <= end; row += 2) output_row(conv, row, 2, 1);
  if (row < end) output_row(conv, row, 1, 1);
}

#include "depthwise3x3_pooled.h"
