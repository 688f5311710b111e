#if defined(__aarch64__)

#define CK_TARGET __attribute__((target("arch=armv8.2-a+dotprod+i8mm")))
#include "../support/store__neon.h"
#include "conv_window.h"

// smmla multiplies two windows by two channels, eight inputs deep. A tile is two pairs of windows by eight pairs of
// channels, which load fewer vectors than four by four, or four by four for the channels left over.
#define NAME ck_qs8_qc8w_conv__i8mm
#define NAME_POOLED ck_qs8_qc8w_conv_maxpool2x2__i8mm
#define WIDE_VECTORS 4
#define WIDE 6
#define WIDE_POOLED 2
#define NARROW_VECTORS 2
#define NARROW 8
#define NARROW_POOLED 4
#define LEAST 2

// Of a wide tile, 24 sums, six vectors of windows and two of weights fill all registers: nothing is loaded sooner.
#define KEEP_ORDER(...) __asm__ volatile("" : __VA_ARGS__ : : "memory")

enum { PAIRS = 4, CHANNEL_PAIRS = WIDE_VECTORS * LANES32 / 2, GROUP = 8 };

// sums[pair][j] holds the two windows of a pair times channels 2 j and 2 j + 1. Pairs are neighbours in a row, or one
// above the other where 2x2 windows are pooled.
typedef V32 conv_sums[PAIRS][CHANNEL_PAIRS];

CK_TARGET ALWAYS_INLINE V8 join(V8 a, V8 b, const int half) {
  int64x2_t x = vreinterpretq_s64_s8(a), y = vreinterpretq_s64_s8(b);
  return vreinterpretq_s8_s64(half ? vzip2q_s64(x, y) : vzip1q_s64(x, y));
}

CK_TARGET ALWAYS_INLINE V32 join32(V32 a, V32 b, const int half) {
  return vreinterpretq_s32_s8(join(vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b), half));
}

// Of numbers two by two, each pair twice. Unseen, the address moves on by loading.
CK_TARGET ALWAYS_INLINE void load_twice(const int32_t *numbers, const int pairs, V32 twice[CHANNEL_PAIRS]) {
  UNROLL_FOR (int j = 0; j < pairs; j++) {
    twice[j] = vreinterpretq_s32_s64(vld1q_dup_s64((const void *)numbers));
    numbers += 2;
    __asm__("" : "+r"(numbers));
  }
}

// The byte offset of a window of a pair from the tile's first window.
CK_TARGET ALWAYS_INLINE ptrdiff_t place_of(const ck_conv *conv, int pair, int second, const int side, const int columns,
                                           const size_t left) {
  return ck_window_in_tile(conv, side == 1 ? 2 * pair + second : pair + second * columns, columns, left);
}

// The products of `count` groups, 1 or 2, of the windows' bytes from `at` on; 16 bytes of each are read.
CK_TARGET ALWAYS_INLINE void two_groups(const int8_t *const windows[2 * PAIRS], ptrdiff_t at, const int8_t *w,
                                        const int pairs, const int channel_pairs, const int count, conv_sums acc) {
  V8 values[PAIRS][2];
  UNROLL_FOR (int p = 0; p < pairs; p++) {
    V8 a = load8(windows[2 * p] + at), b = load8(windows[2 * p + 1] + at);
    UNROLL_FOR (int half = 0; half < count; half++) values[p][half] = join(a, b, half);
    if (count == 2) KEEP_ORDER("+w"(values[p][0]), "+w"(values[p][1]));
  }
  UNROLL_FOR (int half = 0; half < count; half++, w += CK_BLOCK * GROUP) {
    UNROLL_FOR (int j = 0; j < channel_pairs; j += 2) {
      V8 weights[2];
      UNROLL_FOR (int k = 0; k < 2; k++) weights[k] = load8(w + 16 * (j + k));
      UNROLL_FOR (int k = 0; k < 2; k++) {
        UNROLL_FOR (int p = 0; p < pairs; p++) acc[p][j + k] = vmmlaq_s32(acc[p][j + k], values[p][half], weights[k]);
      }
      KEEP_ORDER();
    }
  }
}

CK_TARGET ALWAYS_INLINE void conv_tile(const ck_conv *conv, size_t row, size_t column, size_t vector, const int vectors,
                                       const int side, const int columns, const size_t left, conv_sums acc) {
  const int pairs = side * columns / 2, channel_pairs = vectors * LANES32 / 2;
  const int8_t *windows[2 * PAIRS];
  const int8_t *first = ck_window_at(conv, (size_t)side * row, (size_t)side * column);
  if (side == 1 && left >= (size_t)columns) {
    // From one to the next: unseen, the steps are not numbers that are kept in memory.
    for (int i = 0; i < columns; i++, first += conv->input_pixel) {
      __asm__("" : "+r"(first));
      windows[i] = first;
    }
  } else {
    UNROLL_FOR (int p = 0; p < pairs; p++) {
      windows[2 * p] = first + place_of(conv, p, 0, side, columns, left);
      windows[2 * p + 1] = first + place_of(conv, p, 1, side, columns, left);
    }
  }
  const size_t channel = vector * LANES32, groups = conv->segment_groups;
  V32 bias[CHANNEL_PAIRS];
  load_twice(conv->bias + channel, channel_pairs, bias);
  UNROLL_FOR (int p = 0; p < pairs; p++) {
    UNROLL_FOR (int j = 0; j < channel_pairs; j++) acc[p][j] = bias[j];
  }
  const size_t block_bytes = conv->segment_count * groups * CK_BLOCK * GROUP;
  const int8_t *w = (const int8_t *)conv->weights + channel / CK_BLOCK * block_bytes + channel % CK_BLOCK * GROUP;
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    ptrdiff_t at = conv->segments[segment];
    for (const ptrdiff_t end = at + (ptrdiff_t)(groups / 2) * (2 * GROUP); at < end; at += 2 * GROUP) {
      // One number that moves all windows' addresses: unseen, it is not turned into a pointer for each.
      __asm__("" : "+r"(at));
      two_groups(windows, at, w, pairs, channel_pairs, 2, acc);
      w += 2 * CK_BLOCK * GROUP;
    }
    if (groups % 2 == 1) {
      two_groups(windows, at, w, pairs, channel_pairs, 1, acc);
      w += CK_BLOCK * GROUP;
    }
  }
}

CK_TARGET ALWAYS_INLINE void tile_sums(conv_sums acc, const int side, const int columns, int p, const int vectors,
                                       V32 sums[WIDE_VECTORS]) {
  (void)columns;
  UNROLL_FOR (int v = 0; v < vectors; v++) {
    if (side == 1) {
      sums[v] = join32(acc[p / 2][2 * v], acc[p / 2][2 * v + 1], p % 2);
    } else {
      // The largest of the left and the right pair, then of the upper and the lower row.
      V32 a = max32(acc[p][2 * v], acc[p + 1][2 * v]), b = max32(acc[p][2 * v + 1], acc[p + 1][2 * v + 1]);
      sums[v] = max32(join32(a, b, 0), join32(a, b, 1));
    }
  }
}

// The codes of eight channels of a pair of windows, two by two as the sums are.
CK_TARGET ALWAYS_INLINE uint16x8_t pair_codes(const V32 sums[4], const V32 multipliers[4], const ck_requantization *r,
                                              const int is_narrow) {
  F32 products[4];
  UNROLL_FOR (int i = 0; i < 4; i++)
    products[i] = multiply_floats(floats_of(sums[i]), vreinterpretq_f32_s32(multipliers[i]));
  return vreinterpretq_u16_s8(clamped_four(products, r, is_narrow));
}

// Stores all of a tile. As codes, the two windows of a pair come apart in a quarter of the moves that sums take.
#define store_tile store_pairs
CK_TARGET ALWAYS_INLINE void store_pairs(const ck_conv *conv, conv_sums acc, const int vectors, const int columns,
                                         size_t channel, ptrdiff_t place, const int is_narrow) {
  const ck_requantization *r = &conv->requantization;
  ck_code *out = (ck_code *)conv->io.output + place + (ptrdiff_t)channel;
  V32 multipliers[CHANNEL_PAIRS];
  load_twice((const void *)(r->multipliers + channel), 2 * vectors, multipliers);
  UNROLL_FOR (int p = 0; p < columns / 2; p += 4 / vectors, out += 8 / vectors * conv->output_pixel) {
    // Of four vectors of channels a pair of windows, of two vectors two pairs, or the last one alone.
    const int next = vectors == 4 ? p : p + 1 < columns / 2 ? p + 1 : p;
    const int at = vectors == 4 ? 4 : 0;
    const uint16x8_t a = pair_codes(acc[p], multipliers, r, is_narrow);
    const uint16x8_t b = vectors == 4 || next > p ? pair_codes(acc[next] + at, multipliers + at, r, is_narrow) : a;
    const int8x16_t first = vreinterpretq_s8_u16(vuzp1q_u16(a, b)), second = vreinterpretq_s8_u16(vuzp2q_u16(a, b));
    if (vectors == 4) {
      vst1q_s8(out, first);
      vst1q_s8(out + conv->output_pixel, second);
    } else {
      vst1_s8(out, vget_low_s8(first));
      vst1_s8(out + conv->output_pixel, vget_low_s8(second));
      if (next == p) continue;
      vst1_s8(out + 2 * conv->output_pixel, vget_high_s8(first));
      vst1_s8(out + 3 * conv->output_pixel, vget_high_s8(second));
    }
  }
}

#define ASKS_NARROW 1

#include "conv_store.h"
#include "conv_rows_template.h"

#endif
