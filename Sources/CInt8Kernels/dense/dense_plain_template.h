// A dense layer in plain C. The including file defines
//   CODE   what is read
//   NAME   the kernel

void NAME(const void *operation, size_t first, size_t end) {
  const ck_dense *dense = operation;
  const CODE *x = dense->io.input;
  for (size_t output = first; output < end; output++) {
    const int8_t *w = dense->weights + output * dense->row_bytes;
    uint32_t acc = (uint32_t)dense->bias[output];
    for (size_t i = 0; i < dense->row_bytes; i++) acc += (uint32_t)((int32_t)x[i] * w[i]);
    ck_dense_store(dense, output, (int32_t)acc);
  }
}
