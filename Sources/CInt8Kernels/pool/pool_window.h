// The part of a pooling window that lies inside the input.
#ifndef CK_POOL_WINDOW_H
#define CK_POOL_WINDOW_H

#include "CInt8Kernels.h"

typedef struct {
  size_t top, bottom, left, right;  // bottom and right are one past the end
} ck_pool_window;

static inline void ck_clip(size_t place, size_t stride, size_t pad, size_t length, size_t extent, size_t *low,
                           size_t *high) {
  size_t start = place * stride;  // in padded coordinates
  *low = start > pad ? start - pad : 0;
  size_t end = start + length > pad ? start + length - pad : 0;
  *high = end < extent ? end : extent;
  if (*low > *high) *low = *high;
}

// Moves a window along its row.
static inline void ck_pool_window_across(const ck_pool *pool, size_t column, ck_pool_window *w) {
  ck_clip(column, pool->stride, pool->pad_left, pool->window_width, pool->width, &w->left, &w->right);
}

static inline ck_pool_window ck_pool_window_at(const ck_pool *pool, size_t row, size_t column) {
  ck_pool_window w;
  ck_clip(row, pool->stride, pool->pad_top, pool->window_height, pool->height, &w.top, &w.bottom);
  ck_pool_window_across(pool, column, &w);
  return w;
}

// How many windows from `column` on, below `end`, lie at equal distances and are of one width: those that no border
// cuts, or the one alone.
static inline size_t ck_pool_windows_alike(const ck_pool *pool, size_t column, size_t end) {
  const size_t extent = pool->width + pool->pad_left, uncut = (pool->pad_left + pool->stride - 1) / pool->stride;
  const size_t end_uncut = extent >= pool->window_width ? (extent - pool->window_width) / pool->stride + 1 : 0;
  const size_t limit = end < end_uncut ? end : end_uncut;
  return column >= uncut && column < limit ? limit - column : 1;
}

#endif
