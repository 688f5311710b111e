// What conv_rows_template.h stores with, by store_channels of support/store__*.h, and how it takes its operation.

#define CONV_OF(operation, name) const ck_conv copy_of_##name = *(const ck_conv *)(operation), *name = &copy_of_##name

CK_TARGET ALWAYS_INLINE void store(const ck_conv *conv, const V32 *acc, const int vectors, size_t channel,
                                   ptrdiff_t place) {
  store_channels(conv, acc, vectors, channel, place);
}
