// How every dense kernel leaves one result: a raw accumulator for logits, or a code.
static inline void ck_dense_store(const ck_dense *dense, size_t output, int32_t acc) {
  ck_store(&dense->io, &dense->requantization, (ptrdiff_t)output, output, acc);
}
