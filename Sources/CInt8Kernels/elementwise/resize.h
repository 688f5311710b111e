// What all variants of bilinear resizing share: the four pixels around a place, and their weights.
#ifndef CK_RESIZE_H
#define CK_RESIZE_H

#include "../support/template.h"

ck_run ck_qs8_resize__scalar;

typedef struct {
  const ck_code *pixels[4];
  // They sum to 2^22.
  int32_t weights[4];
} ck_corners;

// The pixels around column x of row y, of codes or words of so many bytes; one beyond the edge, whose share is 0, is
// the edge.
static inline ck_corners ck_corners_at(const ck_resize *resize, size_t y, size_t x, const size_t bytes) {
  const ck_place down = resize->down[y], across = resize->across[x];
  const size_t pixel = resize->channels * bytes, row = resize->width * pixel;
  const ck_code *upper = (const ck_code *)resize->io.input + down.pixel * row + across.pixel * pixel;
  const ck_code *lower = upper + (down.pixel + 1 < resize->height ? row : 0);
  const size_t right = across.pixel + 1 < resize->width ? pixel : 0;
  const int32_t above = 2048 - down.share, left = 2048 - across.share;
  return (ck_corners){{upper, upper + right, lower, lower + right},
                      {above * left, above * across.share, down.share * left, down.share * across.share}};
}

#endif
