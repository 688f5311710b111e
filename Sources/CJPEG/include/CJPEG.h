// JPEG by libjpeg, its errors turned into return values: libjpeg leaves by longjmp, which must never cross Swift.
#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  CJPEG_OK = 0,
  CJPEG_TRUNCATED,    // the bytes end before the picture does
  CJPEG_INCOMPLETE,   // the end mark is there, but scans are missing before it
  CJPEG_DAMAGED,      // the bytes contradict the format
  CJPEG_TOO_LARGE,    // longer sides than libjpeg decodes, or scans without end
  CJPEG_UNSUPPORTED,  // a kind of JPEG that libjpeg or this shim does not decode
  CJPEG_NO_MEMORY,
} cjpeg_status;

/// What the header tells.
typedef struct {
  uint32_t width, height;                // as stored
  uint32_t output_width, output_height;  // after scaling
  uint32_t channels;                     // of the output: 1 or 3
  uint64_t working_bytes;                // what decoding takes besides the output, a bound
  int is_kept_whole;    // whether that has the coefficients of the whole picture, as progressive files need
  const uint8_t *exif;  // behind "Exif\0\0", or NULL; valid until the next call with this decoder
  size_t exif_count;
} cjpeg_picture;

/// How a picture is decoded.
typedef struct {
  int forgive_missing_end;  // a picture whose rows are all there but whose end marker is not is good (cameras)
  int want_exif;
} cjpeg_options;

/// A decoder that can be used for any number of pictures, one after another.
typedef struct cjpeg_decoder cjpeg_decoder;

/// NULL when there is no memory.
cjpeg_decoder *cjpeg_decoder_create(void);
void cjpeg_decoder_destroy(cjpeg_decoder *decoder);

/// Reads the header, and takes no memory for pixels. The bytes must stay until `cjpeg_decoder_finish` or the next
/// start.
cjpeg_status cjpeg_decoder_start(cjpeg_decoder *decoder, const uint8_t *bytes, size_t count, cjpeg_options options,
                                 cjpeg_picture *picture);

/// Chooses the scale of the picture that was started: each side is divided by 1, 2, 4 or 8, rounded up.
cjpeg_status cjpeg_decoder_scale(cjpeg_decoder *decoder, uint32_t denominator, cjpeg_picture *picture);

/// Decodes the picture that was started to `pixels`, [output_height, output_width, channels]. Only `columns` columns
/// from `first` on need come, at least one of them and all within the picture; the others are left as they were or come
/// too.
cjpeg_status cjpeg_decoder_finish(cjpeg_decoder *decoder, uint8_t *pixels, uint32_t first, uint32_t columns);

/// libjpeg's words for what went wrong.
const char *cjpeg_decoder_message(const cjpeg_decoder *decoder);

/// Encodes [height, width, channels] (1: grey, 3: RGB) as a baseline JPEG. `*bytes` is malloc'ed, the caller frees it.
cjpeg_status cjpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, int quality,
                          uint8_t **bytes, size_t *count);

#endif
