#include <stdlib.h>

#include "failure.h"

/// On the heap, so that what libjpeg writes survives the jump.
typedef struct {
  struct jpeg_compress_struct info;
  cjpeg_failure failure;
  unsigned char *buffer;
  unsigned long count;
} encoder;

cjpeg_status cjpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality,
                          uint8_t **bytes, size_t *count) {
  encoder *e = calloc(1, sizeof *e);
  if (!e) return CJPEG_NO_MEMORY;
  struct jpeg_compress_struct *info = &e->info;
  info->err = cjpeg_failure_install(&e->failure);
  if (setjmp(e->failure.entry)) {
    cjpeg_status status = e->failure.status;
    jpeg_destroy_compress(info);
    free(e->buffer);
    free(e);
    return status;
  }
  jpeg_create_compress(info);
  jpeg_mem_dest(info, &e->buffer, &e->count);
  info->image_width = width;
  info->image_height = height;
  info->input_components = (int)channels;
  info->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(info);
  jpeg_set_quality(info, quality, TRUE);
  info->dct_method = JDCT_ISLOW;
  jpeg_start_compress(info, TRUE);
  size_t stride = (size_t)width * channels;
  while (info->next_scanline < height) {
    JSAMPROW row = (JSAMPROW)(pixels + stride * info->next_scanline);
    jpeg_write_scanlines(info, &row, 1);
  }
  jpeg_finish_compress(info);
  jpeg_destroy_compress(info);
  *bytes = e->buffer;
  *count = e->count;
  free(e);
  return CJPEG_OK;
}
