#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "CPNG.h"

struct cpng_decoder {
  png_structp png;
  png_infop info;
  jmp_buf entry;
  const uint8_t *bytes;
  size_t count, position;
  uint8_t *wide;  // the picture with its transparency, when it has one
  png_bytep *rows;
  size_t row_bytes;
  uint32_t width, height, channels;
  cpng_status status;
  char message[128];
};

static _Noreturn void fail(cpng_decoder *decoder, cpng_status status, const char *message) {
  if (decoder->status == CPNG_OK) decoder->status = status;
  strncpy(decoder->message, message, sizeof decoder->message - 1);
  longjmp(decoder->entry, 1);
}

static void on_error(png_structp png, png_const_charp message) { fail(png_get_error_ptr(png), CPNG_DAMAGED, message); }

static void on_warning(png_structp png, png_const_charp message) {  // about chunks that do not touch the pixels
  (void)png;
  (void)message;
}

static void read_bytes(png_structp png, png_bytep out, size_t count) {
  cpng_decoder *decoder = png_get_io_ptr(png);
  if (count > decoder->count - decoder->position) fail(decoder, CPNG_TRUNCATED, "the file ends too early");
  memcpy(out, decoder->bytes + decoder->position, count);
  decoder->position += count;
}

cpng_decoder *cpng_decoder_create(const uint8_t *bytes, size_t count) {
  cpng_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->bytes = bytes;
  decoder->count = count;
  if (setjmp(decoder->entry) == 0) {
    decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, on_error, on_warning);
    if (decoder->png) decoder->info = png_create_info_struct(decoder->png);
  }
  if (!decoder->info) {
    cpng_decoder_destroy(decoder);
    return NULL;
  }
  return decoder;
}

void cpng_decoder_destroy(cpng_decoder *decoder) {
  if (!decoder) return;
  if (decoder->png) png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
  free(decoder->wide);
  free(decoder->rows);
  free(decoder);
}

const char *cpng_decoder_message(const cpng_decoder *decoder) { return decoder->message; }

/// Chunks that have no say in the pixels are left unread: a thousand of them may each unfold to megabytes.
static void leave_out_chunks(png_structp png) {
#ifdef PNG_HANDLE_AS_UNKNOWN_SUPPORTED
  static const png_byte names[] = "iCCP\0iTXt\0tEXt\0zTXt\0sPLT\0hIST\0pCAL\0sCAL";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, names, sizeof names / 5);
#endif
  png_set_chunk_malloc_max(png, 4 << 20);
}

cpng_status cpng_decoder_start(cpng_decoder *decoder, cpng_picture *picture) {
  png_structp png = decoder->png;
  memset(picture, 0, sizeof *picture);
  if (setjmp(decoder->entry)) return decoder->status;
  png_set_read_fn(png, decoder, read_bytes);
  png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);  // the caller's come before any memory is taken
  leave_out_chunks(png);
  png_read_info(png, decoder->info);

  int type = png_get_color_type(png, decoder->info);
  int clear = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, decoder->info, PNG_INFO_tRNS);
  picture->width = decoder->width = png_get_image_width(png, decoder->info);
  picture->height = decoder->height = png_get_image_height(png, decoder->info);
  picture->channels = type & PNG_COLOR_MASK_COLOR ? 3 : 1;
  decoder->channels = picture->channels + (clear ? 1 : 0);
  decoder->row_bytes = (size_t)decoder->width * decoder->channels;
  picture->working_bytes = (uint64_t)decoder->height * (sizeof *decoder->rows + (clear ? decoder->row_bytes : 0));
  // libpng's row and the one above, at up to eight bytes a pixel.
  picture->working_bytes += (uint64_t)decoder->width * 16;
#ifdef PNG_eXIf_SUPPORTED
  png_uint_32 exif_count = 0;
  png_bytep exif = NULL;
  if (png_get_eXIf_1(png, decoder->info, &exif_count, &exif)) {
    picture->exif = exif;
    picture->exif_count = exif_count;
  }
#endif
  return CPNG_OK;
}

/// Paints `from`, whose last channel is its opacity, over white: white + (colour - white) * alpha / 255, rounded.
static void paint_over_white(const uint8_t *from, uint8_t *to, size_t pixels, uint32_t colours) {
  for (size_t i = 0; i < pixels; i++, from += colours + 1, to += colours) {
    unsigned alpha = from[colours];
    for (uint32_t c = 0; c < colours; c++) {
      unsigned product = (255u - from[c]) * alpha + 128;
      to[c] = (uint8_t)(255 - ((product + (product >> 8)) >> 8));
    }
  }
}

cpng_status cpng_decoder_finish(cpng_decoder *decoder, uint8_t *pixels) {
  int transparent = decoder->channels == 2 || decoder->channels == 4;
  decoder->rows = malloc(decoder->height * sizeof *decoder->rows);
  if (transparent) decoder->wide = malloc(decoder->row_bytes * decoder->height);
  if (!decoder->rows || (transparent && !decoder->wide)) return CPNG_NO_MEMORY;
  uint8_t *first = transparent ? decoder->wide : pixels;
  for (uint32_t y = 0; y < decoder->height; y++) decoder->rows[y] = first + decoder->row_bytes * y;

  if (setjmp(decoder->entry)) return decoder->status;
  png_set_expand(decoder->png);    // palettes, 1, 2 and 4 bits, and transparent colours to 8 bits and an alpha channel
  png_set_scale_16(decoder->png);  // 16 bits to 8, rounded
  png_set_interlace_handling(decoder->png);
  png_read_update_info(decoder->png, decoder->info);
  if (png_get_rowbytes(decoder->png, decoder->info) != decoder->row_bytes) {
    fail(decoder, CPNG_DAMAGED, "rows of another length than its header says");
  }
  png_read_image(decoder->png, decoder->rows);
  png_read_end(decoder->png, NULL);  // a file without its end is cut short
  if (transparent) {
    paint_over_white(decoder->wide, pixels, (size_t)decoder->width * decoder->height, decoder->channels - 1);
  }
  return CPNG_OK;
}
