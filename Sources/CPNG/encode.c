#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "CPNG.h"

typedef struct {
  jmp_buf entry;
  uint8_t *bytes;
  size_t count, capacity;
  png_structp png;
  png_infop info;
} encoder;

static void on_error(png_structp png, png_const_charp message) {
  (void)message;
  longjmp(((encoder *)png_get_error_ptr(png))->entry, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void write_bytes(png_structp png, png_bytep in, size_t count) {
  encoder *e = png_get_io_ptr(png);
  if (e->count + count > e->capacity) {
    size_t capacity = (e->count + count) * 2;
    uint8_t *bytes = realloc(e->bytes, capacity);
    if (!bytes) longjmp(e->entry, 1);
    e->bytes = bytes;
    e->capacity = capacity;
  }
  memcpy(e->bytes + e->count, in, count);
  e->count += count;
}

static void flush(png_structp png) { (void)png; }

cpng_status cpng_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **bytes,
                        size_t *count) {
  encoder *e = calloc(1, sizeof *e);  // on the heap, so that it survives the jump
  if (!e) return CPNG_NO_MEMORY;
  if (setjmp(e->entry)) {
    if (e->png) png_destroy_write_struct(&e->png, &e->info);
    free(e->bytes);
    free(e);
    return CPNG_NO_MEMORY;
  }
  e->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, e, on_error, on_warning);
  if (!e->png) longjmp(e->entry, 1);
  e->info = png_create_info_struct(e->png);
  if (!e->info) longjmp(e->entry, 1);
  png_set_write_fn(e->png, e, write_bytes, flush);
  png_set_IHDR(e->png, e->info, width, height, 8, channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(e->png, e->info);
  for (uint32_t y = 0; y < height; y++) png_write_row(e->png, pixels + (size_t)y * width * channels);
  png_write_end(e->png, e->info);
  png_destroy_write_struct(&e->png, &e->info);
  *bytes = e->bytes;
  *count = e->count;
  free(e);
  return CPNG_OK;
}
