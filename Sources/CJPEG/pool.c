#include "pool.h"

#include <jerror.h>
#include <stdlib.h>

/// Rows and blocks start at multiples of this, and rows are as long: libjpeg's vector code reads and writes to the end
/// of the last vector.
enum { ALIGNMENT = 64, LEAST_PIECE = 1 << 16 };

struct cjpeg_piece {
  cjpeg_piece *next;
  size_t size;
  uint8_t *bytes;
};

static size_t round_up(size_t size) { return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static cjpeg_pool *pool_of(j_common_ptr info) { return (cjpeg_pool *)info->client_data; }

static cjpeg_piece *make_piece(size_t size) {
  cjpeg_piece *piece = calloc(1, sizeof *piece);
  if (!piece) return NULL;
  piece->size = size < LEAST_PIECE ? LEAST_PIECE : size;
  piece->bytes = aligned_alloc(ALIGNMENT, piece->size);
  if (piece->bytes) return piece;
  free(piece);
  return NULL;
}

/// From the pieces that are there, in the order in which they were made; so the same picture finds its memory where it
/// was.
static void *take(j_common_ptr info, size_t size) {
  cjpeg_pool *pool = pool_of(info);
  size = round_up(size);
  while (!*pool->at || (*pool->at)->size - pool->used < size) {
    if (*pool->at) {
      pool->at = &(*pool->at)->next;
      pool->used = 0;
    } else {
      *pool->at = make_piece(size);
      if (!*pool->at) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
    }
  }
  void *found = (*pool->at)->bytes + pool->used;
  pool->used += size;
  return found;
}

static void *alloc_small(j_common_ptr info, int id, size_t size) {
  return id == JPOOL_IMAGE ? take(info, size) : pool_of(info)->original.alloc_small(info, id, size);
}

static void *alloc_large(j_common_ptr info, int id, size_t size) {
  return id == JPOOL_IMAGE ? take(info, size) : pool_of(info)->original.alloc_large(info, id, size);
}

/// An array of pointers to `count` rows of `size` bytes.
static void **take_rows(j_common_ptr info, size_t size, size_t count) {
  size = round_up(size);
  if (count > SIZE_MAX / sizeof(void *) || size > SIZE_MAX / 2 / (count + 1)) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  void **rows = take(info, count * sizeof *rows);
  uint8_t *bytes = take(info, size * count);
  for (size_t i = 0; i < count; i++) rows[i] = bytes + size * i;
  return rows;
}

static JSAMPARRAY alloc_sarray(j_common_ptr info, int id, JDIMENSION columns, JDIMENSION rows) {
  if (id != JPOOL_IMAGE) return pool_of(info)->original.alloc_sarray(info, id, columns, rows);
  return (JSAMPARRAY)take_rows(info, (size_t)columns * sizeof(JSAMPLE), rows);
}

static JBLOCKARRAY alloc_barray(j_common_ptr info, int id, JDIMENSION blocks, JDIMENSION rows) {
  if (id != JPOOL_IMAGE) return pool_of(info)->original.alloc_barray(info, id, blocks, rows);
  return (JBLOCKARRAY)take_rows(info, (size_t)blocks * sizeof(JBLOCK), rows);
}

static void free_pool(j_common_ptr info, int id) {
  cjpeg_pool *pool = pool_of(info);
  if (id == JPOOL_IMAGE) {
    pool->at = &pool->pieces;
    pool->used = 0;
  }
  pool->original.free_pool(info, id);  // progressive pictures have whole planes there
}

void cjpeg_pool_install(cjpeg_pool *pool, j_common_ptr info) {
  pool->at = &pool->pieces;
  pool->original = *info->mem;
  info->client_data = pool;
  info->mem->alloc_small = alloc_small;
  info->mem->alloc_large = alloc_large;
  info->mem->alloc_sarray = alloc_sarray;
  info->mem->alloc_barray = alloc_barray;
  info->mem->free_pool = free_pool;
}

void cjpeg_pool_destroy(cjpeg_pool *pool) {
  while (pool->pieces) {
    cjpeg_piece *piece = pool->pieces;
    pool->pieces = piece->next;
    free(piece->bytes);
    free(piece);
  }
}
