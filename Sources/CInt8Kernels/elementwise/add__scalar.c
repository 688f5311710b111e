#include "pair_codes.h"

void ck_qs8_add__scalar(const void *operation, size_t first, size_t end) {
  ck_pair_rows(operation, first, end, ck_add_codes);
}
