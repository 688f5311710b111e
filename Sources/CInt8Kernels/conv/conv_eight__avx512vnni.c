// Convolutions of at most eight outputs, as small networks begin with: sums of eight channels would leave half of a
// vector idle. Here a group is eight inputs, and a channel has two lanes, one for either half of a group, so that a
// product does twice as much. Sums of two windows become one vector in the end.
#if defined(__x86_64__)

#include "../support/store__avx512.h"
#include "conv_window.h"

enum {
  OUTPUTS = 8,
  GROUP = 8,                        // inputs
  WEIGHT_BYTES = CK_BLOCK * GROUP,  // from a group's weights to those of the next; the second half is padding
  TOGETHER = 8,                     // pixels whose codes fill a vector
  LONGEST = 24,                     // windows of a tile, enough to hide the latency of the products
  MOST = LONGEST / 2                // vectors of sums of two pixels
};

// The sums of some rows of windows side by side, each split between two lanes a channel.
CK_TARGET ALWAYS_INLINE void split_sums(const ck_conv *conv, const char *window, const int rows, const int columns,
                                        V32 *acc) {
  const char *w = conv->weights;
  const V32 bias = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)conv->bias));
  UNROLL_FOR (int p = 0; p < rows * columns; p++) acc[p] = bias;
  const ptrdiff_t across = conv->input_pixel, down = conv->input_row;
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const char *x = window + conv->segments[segment];
    for (size_t group = 0; group < conv->segment_groups; group++, x += GROUP, w += WEIGHT_BYTES) {
      const V32 weights = load32(w);
      UNROLL_FOR (int p = 0; p < rows * columns; p++) {
        int64_t values;
        memcpy(&values, x + p / columns * down + p % columns * across, sizeof values);
        acc[p] = dot4(acc[p], _mm512_set1_epi64(values), weights);
      }
    }
  }
}

// The sums of two windows: of each 128-bit lane, two channels of the one, then of the other.
CK_TARGET ALWAYS_INLINE V32 sums_of_two(V32 a, V32 b) {
  const __m512 first = _mm512_castsi512_ps(a), second = _mm512_castsi512_ps(b);
  return add32(_mm512_castps_si512(_mm512_shuffle_ps(first, second, _MM_SHUFFLE(2, 0, 2, 0))),
               _mm512_castps_si512(_mm512_shuffle_ps(first, second, _MM_SHUFFLE(3, 1, 3, 1))));
}

// The sums of pixels from `row` and `column` on, two in each vector, or of one in its first half.
CK_TARGET ALWAYS_INLINE void plain_sums(const ck_conv *conv, size_t row, size_t column, const int pixels, V32 *sums) {
  V32 acc[LONGEST];
  split_sums(conv, ck_window_at(conv, row, column), 1, pixels, acc);
  UNROLL_FOR (int i = 0; i < (pixels + 1) / 2; i++)
    sums[i] = sums_of_two(acc[2 * i], acc[2 * i + 1 < pixels ? 2 * i + 1 : 2 * i]);
}

// Equation (4): requantization is monotonic, so pooling before it gives the same code as pooling after it.
CK_TARGET ALWAYS_INLINE V32 pooled_pair(const V32 *upper, const V32 *lower) {
  return max32(sums_of_two(upper[0], upper[1]), sums_of_two(lower[0], lower[1]));
}

// The same of the largest of 2x2 windows, four pixels at a time.
CK_TARGET ALWAYS_INLINE void pooled_sums(const ck_conv *conv, size_t row, size_t column, const int pixels, V32 *sums) {
  const int least = pixels < 4 ? pixels : 4;
  UNROLL_FOR (int start = 0; start < pixels; start += least) {
    V32 acc[16];
    split_sums(conv, ck_window_at(conv, 2 * row, 2 * (column + (size_t)start)), 2, 2 * least, acc);
    UNROLL_FOR (int p = 0; p < least; p += 2) {
      const V32 first = pooled_pair(acc + 2 * p, acc + 2 * least + 2 * p);
      const V32 second = p + 1 < least ? pooled_pair(acc + 2 * p + 2, acc + 2 * least + 2 * p + 2) : first;
      sums[(start + p) / 2] = max32(_mm512_unpacklo_epi64(first, second), _mm512_unpackhi_epi64(first, second));
    }
  }
}

// The codes of eight pixels, whose channels lie in four 128-bit lanes, two in each.
CK_TARGET ALWAYS_INLINE void store_eight(const ck_conv *conv, const V32 sums[4], ptrdiff_t place) {
  const F32 multipliers = _mm512_permutexvar_ps(_mm512_setr_epi32(0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7),
                                                load_floats(conv->requantization.multipliers));
  const __m512i order = _mm512_set_epi16(31, 23, 15, 7, 30, 22, 14, 6, 29, 21, 13, 5, 28, 20, 12, 4,  //
                                         27, 19, 11, 3, 26, 18, 10, 2, 25, 17, 9, 1, 24, 16, 8, 0);
  const __m512i codes = _mm512_permutexvar_epi16(order,
                                                 packed_codes_of_four(sums, &multipliers, 1, &conv->requantization));
  ck_code *out = (ck_code *)conv->io.output + place;
  if (conv->channels == OUTPUTS && conv->output_pixel == OUTPUTS) {
    _mm512_storeu_si512(out, codes);
    return;
  }
  ck_code all[TOGETHER * OUTPUTS];
  _mm512_storeu_si512(all, codes);
  const __mmask16 lanes = (__mmask16)((1u << conv->channels) - 1);
  UNROLL_FOR (int p = 0; p < TOGETHER; p++)
    _mm_mask_storeu_epi8(out + p * conv->output_pixel, lanes, _mm_loadl_epi64((const __m128i *)(all + p * OUTPUTS)));
}

CK_TARGET ALWAYS_INLINE void output_pixels(const ck_conv *conv, size_t row, size_t column, const int pixels,
                                           const int pools, const int together) {
  V32 sums[MOST];
  if (pools) pooled_sums(conv, row, column, pixels, sums);
  else plain_sums(conv, row, column, pixels, sums);
  const ptrdiff_t place = ck_place_of(conv, row, column), next = conv->output_pixel;
  if (together && pixels % TOGETHER == 0) {
    UNROLL_FOR (int p = 0; p < pixels; p += TOGETHER) store_eight(conv, sums + p / 2, place + p * next);
    return;
  }
  const __m512i first = _mm512_setr_epi32(0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13);
  const __m512i second = _mm512_add_epi32(first, _mm512_set1_epi32(2));
  UNROLL_FOR (int p = 0; p < pixels; p++)
    store_vector(conv, _mm512_permutexvar_epi32(p % 2 ? second : first, sums[p / 2]), 0, place + p * next);
}

CK_TARGET ALWAYS_INLINE void output_rows(const void *operation, size_t first, size_t end, const int longest,
                                         const int pools) {
  const ck_conv copy = *(const ck_conv *)operation, *conv = &copy;
  const int together = can_store_together(conv, 1, 0);
  for (size_t row = first; row < end; row++) {
    size_t column = 0;
    if (longest > TOGETHER)
      for (; column + (size_t)longest <= conv->columns; column += (size_t)longest)
        output_pixels(conv, row, column, longest, pools, together);
    for (; column + TOGETHER <= conv->columns; column += TOGETHER)
      output_pixels(conv, row, column, TOGETHER, pools, together);
    if (column == conv->columns) continue;
    // What is left over is computed together with some pixels before it once more.
    if (conv->columns >= TOGETHER) output_pixels(conv, row, conv->columns - TOGETHER, TOGETHER, pools, together);
    else
      for (; column < conv->columns; column++) output_pixels(conv, row, column, 1, pools, 0);
  }
}

CK_TARGET void ck_qs8_qc8w_conv_eight__avx512vnni(const void *operation, size_t first, size_t end) {
  output_rows(operation, first, end, LONGEST, 0);
}

CK_TARGET void ck_qs8_qc8w_conv_eight_maxpool2x2__avx512vnni(const void *operation, size_t first, size_t end) {
  output_rows(operation, first, end, TOGETHER, 1);
}

#endif
