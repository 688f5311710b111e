// Equation (3) for kernels that read words: results are words or codes.
#ifndef CK_REQUANTIZE16_H
#define CK_REQUANTIZE16_H

#include "requantize.h"

// Beyond this magnitude every product clamps, whatever the zero point.
#define CK_PRODUCT16_LIMIT 65536.0f

static inline int32_t ck_round16(float product) { return ck_round_within(product, CK_PRODUCT16_LIMIT); }

static inline int32_t ck_clamp16(int32_t code, int32_t low, int32_t high) {
  code = code < low ? low : code;
  return code > high ? high : code;
}

// Stores a product as a word or a code at a place that counts these.
static inline void ck_store_result(void *output, size_t place, float product, const ck_result *r, const int words) {
  int32_t code = ck_clamp16(ck_round16(product) + r->zero_point, r->low, r->high);
  if (words) ((int16_t *)output)[place] = (int16_t)code;
  else ((ck_code *)output)[place] = (ck_code)code;
}

// As ck_store.
static inline void ck_store16(const ck_io *io, const ck_requantization *r, ptrdiff_t place, size_t channel,
                              int32_t accumulator) {
  if (io->accumulators) {
    io->accumulators[place] = accumulator;
    return;
  }
  int32_t code = ck_clamp16(ck_round16((float)accumulator * r->multipliers[channel]) + r->zero_point, r->low, r->high);
  if (r->words) ((int16_t *)io->output)[place] = (int16_t)code;
  else ((ck_code *)io->output)[place] = (ck_code)code;
}

#endif
