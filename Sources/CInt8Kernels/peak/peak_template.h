// A loop of CHAINS independent dot products on registers; the includer defines VEC, REGISTER (the constraint of a
// vector register in inline assembly), CK_TARGET, DOT(acc, x, w), MACS (of one dot product), NAME. x is another value
// to the compiler before each of them: otherwise it takes products that are made apart from their sum out of the loop,
// and additions alone are timed. tools/check-c counts the products that remain.
CK_TARGET uint64_t NAME(uint64_t rounds) {
  enum { CHAINS = 12 };
  VEC acc[CHAINS], x, w;
  __asm__ volatile("" : "=" REGISTER(x), "=" REGISTER(w));
  for (int i = 0; i < CHAINS; i++) acc[i] = x;
  for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) {
      __asm__ volatile("" : "+" REGISTER(x));
      acc[i] = DOT(acc[i], x, w);
      __asm__ volatile("" : "+" REGISTER(acc[i]));
    }
  }
  for (int i = 0; i < CHAINS; i++) __asm__ volatile("" : : REGISTER(acc[i]));
  return rounds * CHAINS * MACS;
}
