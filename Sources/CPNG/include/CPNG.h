// PNG by libpng, its errors turned into return values: libpng leaves by longjmp, which must never cross Swift.
#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  CPNG_OK = 0,
  CPNG_TRUNCATED,
  CPNG_DAMAGED,
  CPNG_NO_MEMORY,
} cpng_status;

/// What the header tells.
typedef struct {
  uint32_t width, height;
  uint32_t channels;       // of the output: 1 or 3
  uint64_t working_bytes;  // what decoding takes besides the output, a bound
  const uint8_t *exif;     // or NULL; valid until the decoder is destroyed
  size_t exif_count;
} cpng_picture;

/// A decoder of one picture.
typedef struct cpng_decoder cpng_decoder;

/// NULL when there is no memory. The bytes must stay as long as the decoder.
cpng_decoder *cpng_decoder_create(const uint8_t *bytes, size_t count);
void cpng_decoder_destroy(cpng_decoder *decoder);

/// Reads all chunks before the pixels, and takes no memory for these.
cpng_status cpng_decoder_start(cpng_decoder *decoder, cpng_picture *picture);

/// Decodes to [height, width, channels]: any depth and palette to 8 bits, transparency over white.
cpng_status cpng_decoder_finish(cpng_decoder *decoder, uint8_t *pixels);

/// libpng's words for what went wrong.
const char *cpng_decoder_message(const cpng_decoder *decoder);

/// Encodes [height, width, channels] (1: grey, 3: RGB), 8 bits. `*bytes` is malloc'ed, the caller frees it.
cpng_status cpng_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **bytes,
                        size_t *count);

#endif
