// Memory for one picture after another: libjpeg asks the system anew for each, this keeps what it has, so that a
// camera's frames are decoded without an allocation.
#ifndef CJPEG_POOL_H
#define CJPEG_POOL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

typedef struct cjpeg_piece cjpeg_piece;

/// What libjpeg's memory manager is replaced with for what lives as long as one picture.
typedef struct {
  cjpeg_piece *pieces;
  cjpeg_piece **at;                 // where the next memory is taken from
  size_t used;                      // of that piece
  struct jpeg_memory_mgr original;  // libjpeg's own
} cjpeg_pool;

/// Takes over a decompressor that has just been made; uses its `client_data`.
void cjpeg_pool_install(cjpeg_pool *pool, j_common_ptr info);

/// After the decompressor's own end.
void cjpeg_pool_destroy(cjpeg_pool *pool);

#endif
