// How every dense kernel leaves one result: a raw accumulator for logits, or a code.
static inline void ck_dense_store(const ck_dense *dense, size_t output, int32_t acc) {
  if (dense->io.accumulators) dense->io.accumulators[output] = acc;
  else ((ck_code *)dense->io.output)[output] = ck_requantize(acc, &dense->requantization, output);
}
