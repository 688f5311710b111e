// Codes of narrow operations, of channels that fill chunks or are 16 or 32: nothing is asked and nothing is called on
// the way along a row, so that columns stay in registers. Where a chunk holds two or four pixels, windows lie in lanes
// next to each other, and a column that begins within one vector of inputs is shifted together from two that are
// interleaved already.

#include "conv_window.h"

typedef struct {
  __m512i parts[PARTS];
} kept_column;

typedef struct {
  const int8_t *weights;  // of the upper window, then of the lower one
  const int32_t *bias;
  const float *multipliers;
  __m512i zero_point;  // words
} kept_chunk;

CK_TARGET ALWAYS_INLINE kept_chunk keep_chunk(const ck_conv *conv, size_t chunk) {
  return (kept_chunk){(const int8_t *)conv->weights + chunk * 2 * 3 * PARTS * sizeof(__m512i),
                      conv->bias + chunk * CHUNK, conv->requantization.multipliers + chunk * CHUNK,
                      _mm512_set1_epi16((int16_t)conv->requantization.zero_point)};
}

CK_TARGET ALWAYS_INLINE kept_column kept_rows(const __m512i rows[4]) {
  kept_column x;
  interleave(rows, x.parts);
  return x;
}

// The first `count` bytes of a vector, or all.
CK_TARGET ALWAYS_INLINE __mmask64 first_bytes(size_t count) {
  return count < 64 ? ((__mmask64)1 << count) - 1 : ~(__mmask64)0;
}

CK_TARGET ALWAYS_INLINE kept_column kept_at(const ck_code *const rows[4], ptrdiff_t place, __mmask64 wanted) {
  __m512i codes[4];
  UNROLL_FOR (int i = 0; i < 4; i++) codes[i] = _mm512_maskz_loadu_epi8(wanted, rows[i] + place);
  return kept_rows(codes);
}

// What lies 1, 2 or 4 lanes of 128 bits further on in two vectors side by side.
CK_TARGET ALWAYS_INLINE kept_column shifted_in(const kept_column *x, const kept_column *next, const int lanes) {
  kept_column result;
  UNROLL_FOR (int p = 0; p < PARTS; p++) result.parts[p] = shifted(x->parts[p], next->parts[p], lanes);
  return result;
}

// No product leaves a word, and codes are all that there are. `moves`: the zero point is not the least code.
CK_TARGET ALWAYS_INLINE __m512i kept_codes(const V32 acc[SUMS], const kept_chunk *kept, const int moves) {
  __m512i words[2];
  UNROLL_FOR (int i = 0; i < 2; i++) {
    V32 products[2];
    UNROLL_FOR (int j = 0; j < 2; j++)
      products[j] = _mm512_cvtps_epi32(
          multiply_floats(floats_of(acc[2 * i + j]), load_floats(kept->multipliers + (2 * i + j) * LANES32)));
    words[i] = _mm512_packs_epi32(products[0], products[1]);
    if (moves) words[i] = _mm512_adds_epi16(words[i], kept->zero_point);
  }
  return _mm512_packus_epi16(words[0], words[1]);
}

// A window and, where there are two rows, the one below it.
CK_TARGET ALWAYS_INLINE void kept_windows(const kept_chunk *kept, const kept_column *x0, const kept_column *x1,
                                          const kept_column *x2, const int rows, const int moves, ck_code *out,
                                          ptrdiff_t output_row, __mmask64 wanted) {
  const kept_column *columns[3] = {x0, x1, x2};
  const int8_t *weights = kept->weights;
  UNROLL_FOR (int row = 0; row < rows; row++) {
    V32 acc[SUMS];
    UNROLL_FOR (int s = 0; s < SUMS; s++) acc[s] = load32(kept->bias + s * LANES32);
    UNROLL_FOR (int t = 0; t < 3; t++) {
      UNROLL_FOR (int p = 0; p < PARTS; p++, weights += sizeof(__m512i))
        acc[p] = dot4(acc[p], columns[t]->parts[p], load32(weights));
    }
    _mm512_mask_storeu_epi8(out + row * output_row, wanted, kept_codes(acc, kept, moves));
  }
}

// One chunk of all pixels of a row, and where windows move by 1 of the row below it.
CK_TARGET ALWAYS_INLINE void kept_pixels(const ck_conv *conv, size_t chunk, const ck_code *const inputs[4],
                                         const int stride, const int moves, ptrdiff_t place) {
  const kept_chunk kept = keep_chunk(conv, chunk);
  const ptrdiff_t pixel = conv->segments[1], output_pixel = conv->output_pixel, output_row = conv->output_row;
  const __mmask64 wanted = first_bytes(conv->channels - chunk * CHUNK), all = ~(__mmask64)0;
  const ck_code *const places[4] = {inputs[0], inputs[1], inputs[2], inputs[3]};
  ptrdiff_t at = (ptrdiff_t)(chunk * CHUNK);
  ck_code *out = (ck_code *)conv->io.output + place + at;
  kept_column x0 = kept_at(places, at, all), x1, x2;
  if (stride == 1) x1 = kept_at(places, at + pixel, all);
  for (size_t left = conv->columns; left > 0; left--) {
    if (stride == 2) x1 = kept_at(places, at + pixel, all);
    x2 = kept_at(places, at + 2 * pixel, all);
    kept_windows(&kept, &x0, &x1, &x2, stride == 1 ? 2 : 1, moves, out, output_row, wanted);
    if (stride == 1) x0 = x1, x1 = x2;
    else x0 = x2;
    at += stride * pixel;
    out += output_pixel;
  }
}

// Pixels of 16 or 32 channels, two or four of which fill a chunk, of windows that move by 1.
CK_TARGET ALWAYS_INLINE void kept_run(const ck_conv *conv, const ck_code *const inputs[4], const int lanes,
                                      const int moves, ptrdiff_t place) {
  const kept_chunk kept = keep_chunk(conv, 0);
  const size_t channels = (size_t)lanes * 16;
  const ptrdiff_t output_row = conv->output_row;
  const ck_code *const places[4] = {inputs[0], inputs[1], inputs[2], inputs[3]};
  ck_code *const out = (ck_code *)conv->io.output + place;
  ptrdiff_t at = 0;
  kept_column x = kept_at(places, at, ~(__mmask64)0);
  for (size_t left = conv->columns * channels;; left -= CHUNK, at += CHUNK) {
    const int ends = left <= CHUNK;
    // At a row's end two pixels more are read than there are windows.
    const kept_column next = kept_at(places, at + CHUNK, ends ? first_bytes(2 * channels) : ~(__mmask64)0);
    const kept_column x1 = shifted_in(&x, &next, lanes), x2 = shifted_in(&x, &next, 2 * lanes);
    kept_windows(&kept, &x, &x1, &x2, 2, moves, out + at, output_row, first_bytes(left));
    if (ends) return;
    x = next;
  }
}

// The even pixels and the odd ones of two vectors at a place.
CK_TARGET ALWAYS_INLINE void kept_apart(const ck_code *const rows[4], ptrdiff_t place, const int lanes,
                                        kept_column *even, kept_column *odd) {
  __m512i evens[4], odds[4];
  UNROLL_FOR (int i = 0; i < 3; i++) {
    const __m512i a = load32(rows[i] + place), b = load32(rows[i] + place + CHUNK);
    evens[i] = every_second(a, b, lanes, 0);
    odds[i] = every_second(a, b, lanes, 1);
  }
  evens[3] = evens[2], odds[3] = odds[2];
  *even = kept_rows(evens);
  *odd = kept_rows(odds);
}

// The same of windows that move by 2.
CK_TARGET ALWAYS_INLINE void kept_run_apart(const ck_conv *conv, const ck_code *const inputs[4], const int lanes,
                                            const int moves, ptrdiff_t place) {
  const kept_chunk kept = keep_chunk(conv, 0);
  const size_t channels = (size_t)lanes * 16;
  const ck_code *const places[4] = {inputs[0], inputs[1], inputs[2], inputs[2]};
  ck_code *out = (ck_code *)conv->io.output + place;
  ptrdiff_t at = 0;
  kept_column even, odd, next, next_odd;
  kept_apart(places, at, lanes, &even, &odd);
  for (size_t left = conv->columns * channels;; left -= CHUNK, out += CHUNK) {
    at += 2 * CHUNK;
    const int ends = left <= CHUNK;
    // At a row's end a pixel more is read than windows move over.
    if (ends) next = kept_at(places, at, first_bytes(channels)), next_odd = odd;
    else kept_apart(places, at, lanes, &next, &next_odd);
    const kept_column x2 = shifted_in(&even, &next, lanes);
    kept_windows(&kept, &even, &odd, &x2, 1, moves, out, 0, first_bytes(left));
    if (ends) return;
    even = next, odd = next_odd;
  }
}

// A function of its own for each kind, so that the registers are its own. Where the zero point is the least code,
// packing has done what adding it would.
#define KEPT(name, ...)                                                                                     \
  CK_TARGET __attribute__((noinline)) static void name(const ck_conv *conv, const ck_code *const inputs[4], \
                                                       ptrdiff_t place) {                                   \
    if (conv->requantization.zero_point == 0) {                                                             \
      const int moves = 0;                                                                                  \
      __VA_ARGS__;                                                                                          \
    } else {                                                                                                \
      const int moves = 1;                                                                                  \
      __VA_ARGS__;                                                                                          \
    }                                                                                                       \
  }
KEPT(kept_16, kept_run(conv, inputs, 1, moves, place))
KEPT(kept_32, kept_run(conv, inputs, 2, moves, place))
KEPT(kept_16_apart, kept_run_apart(conv, inputs, 1, moves, place))
KEPT(kept_32_apart, kept_run_apart(conv, inputs, 2, moves, place))
KEPT(kept_many,
     for (size_t chunk = 0; chunk * CHUNK < conv->channels; chunk++) kept_pixels(conv, chunk, inputs, 1, moves, place))
KEPT(kept_many_apart,
     for (size_t chunk = 0; chunk * CHUNK < conv->channels; chunk++) kept_pixels(conv, chunk, inputs, 2, moves, place))

CK_TARGET static inline size_t output_kept(const ck_conv *conv, const ck_code *const inputs[4], const int stride,
                                           ptrdiff_t place) {
  if (conv->channels == 16) (stride == 1 ? kept_16 : kept_16_apart)(conv, inputs, place);
  else if (conv->channels == 32) (stride == 1 ? kept_32 : kept_32_apart)(conv, inputs, place);
  else if (conv->channels >= CHUNK) (stride == 1 ? kept_many : kept_many_apart)(conv, inputs, place);
  else return 0;
  return (conv->channels + CHUNK - 1) / CHUNK;
}
