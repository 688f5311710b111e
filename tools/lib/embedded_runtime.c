// Stands in for two functions of Embedded Swift's runtime, as of 6.3: they give back the object without the bits that
// mark it, where the compiler takes it that they give back what they were given. A short string, which is all marks,
// then loses some of its letters and its length wherever the optimizer went by what was given back.
#include <stdint.h>

void *swift_retain(void *object);
void *swift_retain_n(void *object, uint32_t count);
void *swift_bridgeObjectRetain(void *object);
void *swift_bridgeObjectRetain_n(void *object, uint32_t count);

// The object that a reference names; NULL where the highest bit says that it is none: a short string, a literal.
static void *object_of(void *reference) {
  uintptr_t bits = (uintptr_t)reference;
  return bits >> 63 ? 0 : (void *)(bits & 0x0ffffffffffffff8u);
}

void *swift_bridgeObjectRetain(void *object) {
  void *counted = object_of(object);
  if (counted) swift_retain(counted);
  return object;
}

void *swift_bridgeObjectRetain_n(void *object, uint32_t count) {
  void *counted = object_of(object);
  if (counted) swift_retain_n(counted, count);
  return object;
}
