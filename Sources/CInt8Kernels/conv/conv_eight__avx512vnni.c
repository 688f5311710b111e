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
  WINDOWS = 24,                     // of a tile: enough to hide the latency of the products
  TOGETHER = 8                      // windows whose codes fill a vector
};

// The sums of `windows` windows side by side, each split between two lanes a channel.
CK_TARGET ALWAYS_INLINE void split_sums(const ck_conv *conv, const char *window, const int windows, V32 *acc) {
  const char *w = conv->weights;
  const V32 bias = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)conv->bias));
  UNROLL_FOR (int p = 0; p < windows; p++) acc[p] = bias;
  const ptrdiff_t across = conv->input_pixel;
  for (size_t segment = 0; segment < conv->segment_count; segment++) {
    const char *x = window + conv->segments[segment];
    for (size_t group = 0; group < conv->segment_groups; group++, x += GROUP, w += WEIGHT_BYTES) {
      const V32 weights = load32(w);
      UNROLL_FOR (int p = 0; p < windows; p++) {
        int64_t values;
        memcpy(&values, x + p * across, sizeof values);
        acc[p] = dot4(acc[p], _mm512_set1_epi64(values), weights);
      }
    }
  }
}

// Of each 128-bit lane, two channels of the one window, then of the other.
CK_TARGET ALWAYS_INLINE V32 sums_of_two(V32 a, V32 b) {
  const __m512 first = _mm512_castsi512_ps(a), second = _mm512_castsi512_ps(b);
  return add32(_mm512_castps_si512(_mm512_shuffle_ps(first, second, _MM_SHUFFLE(2, 0, 2, 0))),
               _mm512_castps_si512(_mm512_shuffle_ps(first, second, _MM_SHUFFLE(3, 1, 3, 1))));
}

// The codes of eight windows, whose channels lie in four 128-bit lanes, two in each.
CK_TARGET ALWAYS_INLINE void store_eight(const ck_conv *conv, const V32 *acc, ptrdiff_t place) {
  V32 sums[4];
  UNROLL_FOR (int i = 0; i < 4; i++) sums[i] = sums_of_two(acc[2 * i], acc[2 * i + 1]);
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

CK_TARGET ALWAYS_INLINE void output_windows(const ck_conv *conv, size_t row, size_t column, const int windows,
                                            const int together) {
  V32 acc[WINDOWS];
  split_sums(conv, ck_window_at(conv, row, column), windows, acc);
  const ptrdiff_t place = ck_place_of(conv, row, column);
  if (together && windows % TOGETHER == 0) {
    UNROLL_FOR (int p = 0; p < windows; p += TOGETHER) store_eight(conv, acc + p, place + p * conv->output_pixel);
    return;
  }
  const __m512i in_order = _mm512_setr_epi32(0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13);
  UNROLL_FOR (int p = 0; p < windows; p++)
    store_vector(conv, _mm512_permutexvar_epi32(in_order, sums_of_two(acc[p], acc[p])), 0,
                 place + p * conv->output_pixel);
}

CK_TARGET void ck_qs8_qc8w_conv_eight__avx512vnni(const void *operation, size_t first, size_t end) {
  const ck_conv copy = *(const ck_conv *)operation, *conv = &copy;
  const int together = can_store_together(conv, 1, 0);
  for (size_t row = first; row < end; row++) {
    size_t column = 0;
    for (; column + WINDOWS <= conv->columns; column += WINDOWS) output_windows(conv, row, column, WINDOWS, together);
    for (; column + TOGETHER <= conv->columns; column += TOGETHER)
      output_windows(conv, row, column, TOGETHER, together);
    if (column == conv->columns) continue;
    // What is left over is computed together with some windows before it once more.
    if (conv->columns >= TOGETHER) output_windows(conv, row, conv->columns - TOGETHER, TOGETHER, together);
    else
      for (; column < conv->columns; column++) output_windows(conv, row, column, 1, 0);
  }
}

#endif
