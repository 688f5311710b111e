#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "pool.h"

/// Progressive files may hold any number of scans of one picture; encoders write about ten.
enum { MOST_SCANS = 200 };

struct cjpeg_decoder {
  struct jpeg_decompress_struct info;
  cjpeg_failure failure;
  cjpeg_pool pool;
  struct jpeg_progress_mgr progress;
  cjpeg_options options;
  int created;
};

static void watch_scans(j_common_ptr info) {
  if (((j_decompress_ptr)info)->input_scan_number > MOST_SCANS) {
    cjpeg_fail((cjpeg_failure *)info->err, CJPEG_TOO_LARGE, "more than 200 scans, where encoders write about ten");
  }
}

cjpeg_decoder *cjpeg_decoder_create(void) {
  cjpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->info.err = cjpeg_failure_install(&decoder->failure);
  if (setjmp(decoder->failure.entry)) {
    cjpeg_decoder_destroy(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->info);
  decoder->created = 1;
  cjpeg_pool_install(&decoder->pool, (j_common_ptr)&decoder->info);
  decoder->progress.progress_monitor = watch_scans;
  decoder->info.progress = &decoder->progress;
  return decoder;
}

void cjpeg_decoder_destroy(cjpeg_decoder *decoder) {
  if (!decoder) return;
  if (decoder->created) jpeg_destroy_decompress(&decoder->info);
  cjpeg_pool_destroy(&decoder->pool);
  free(decoder);
}

const char *cjpeg_decoder_message(const cjpeg_decoder *decoder) { return decoder->failure.message; }

static void find_exif(const struct jpeg_decompress_struct *info, cjpeg_picture *picture) {
  static const uint8_t name[6] = {'E', 'x', 'i', 'f', 0, 0};
  for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 1 || marker->data_length <= sizeof name) continue;
    if (memcmp(marker->data, name, sizeof name) != 0) continue;
    picture->exif = marker->data + sizeof name;
    picture->exif_count = marker->data_length - sizeof name;
    return;
  }
}

/// Rows of samples on their way, and the coefficients of all blocks where the scans of a picture come one after the
/// other. Blocks are counted in whole groups of the largest sampling factors, as libjpeg takes memory for them.
static void count_working_bytes(struct jpeg_decompress_struct *info, cjpeg_picture *picture) {
  uint64_t group_columns = (uint64_t)info->max_h_samp_factor * DCTSIZE;
  uint64_t group_rows = (uint64_t)info->max_v_samp_factor * DCTSIZE;
  uint64_t across = (info->image_width + group_columns - 1) / group_columns;
  uint64_t down = (info->image_height + group_rows - 1) / group_rows;
  picture->is_kept_whole = jpeg_has_multiple_scans(info) != 0;
  for (int i = 0; i < info->num_components; i++) {
    const jpeg_component_info *component = &info->comp_info[i];
    // A group's rows stand in up to three buffers: before and after upsampling, and with those above and below.
    picture->working_bytes += 3 * across * group_columns * group_rows;
    if (!picture->is_kept_whole) continue;
    uint64_t blocks = across * (uint64_t)component->h_samp_factor * down * (uint64_t)component->v_samp_factor;
    picture->working_bytes += blocks * sizeof(JBLOCK);
  }
}

cjpeg_status cjpeg_decoder_start(cjpeg_decoder *decoder, const uint8_t *bytes, size_t count, cjpeg_options options,
                                 cjpeg_picture *picture) {
  struct jpeg_decompress_struct *info = &decoder->info;
  decoder->options = options;
  decoder->failure.forgive_missing_end = options.forgive_missing_end;
  decoder->failure.message[0] = 0;
  memset(picture, 0, sizeof *picture);
  jpeg_abort_decompress(info);  // whatever an earlier picture left
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(info);
    return decoder->failure.status;
  }

  jpeg_mem_src(info, (unsigned char *)bytes, (unsigned long)count);
  jpeg_save_markers(info, JPEG_APP0 + 1, options.want_exif ? 0xFFFF : 0);
  jpeg_read_header(info, TRUE);
  picture->width = info->image_width;
  picture->height = info->image_height;
  switch (info->jpeg_color_space) {
    case JCS_GRAYSCALE: info->out_color_space = JCS_GRAYSCALE; break;
    case JCS_RGB:
    case JCS_YCbCr: info->out_color_space = JCS_RGB; break;
    case JCS_CMYK:
    case JCS_YCCK:
      info->out_color_space = JCS_CMYK;  // mixed to RGB below
      break;
    default:
      cjpeg_fail(&decoder->failure, CJPEG_UNSUPPORTED, "a colour space other than grey, RGB, YCbCr, CMYK and YCCK");
  }
  info->dct_method = JDCT_ISLOW;  // the one whose SIMD variants equal its C definition
  picture->channels = info->out_color_space == JCS_GRAYSCALE ? 1 : 3;
  count_working_bytes(info, picture);
  find_exif(info, picture);
  return CJPEG_OK;
}

cjpeg_status cjpeg_decoder_scale(cjpeg_decoder *decoder, uint32_t denominator, cjpeg_picture *picture) {
  struct jpeg_decompress_struct *info = &decoder->info;
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(info);
    return decoder->failure.status;
  }
  info->scale_num = 1;
  info->scale_denom = denominator;
  jpeg_calc_output_dimensions(info);
  picture->output_width = info->output_width;
  picture->output_height = info->output_height;
  return CJPEG_OK;
}

/// x * y / 255, rounded, exactly, for bytes.
static uint8_t share(unsigned x, unsigned y) {
  unsigned product = x * y + 128;
  return (uint8_t)((product + (product >> 8)) >> 8);
}

/// Ink to light. Files store the ink inverted, so that a stored 255 is no ink: Adobe's do, and browsers and other
/// readers take those without Adobe's marker for the same.
static void mix_inks(const uint8_t *inks, uint8_t *rgb, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, inks += 4, rgb += 3) {
    for (int channel = 0; channel < 3; channel++) rgb[channel] = share(inks[channel], inks[3]);
  }
}

/// Whether every coefficient of every component came, in all its bits: an end mark may stand behind the first of many
/// scans, and libjpeg then gives a blurred picture without a word.
static int is_complete(struct jpeg_decompress_struct *info) {
  if (!jpeg_has_multiple_scans(info)) return 1;
  for (int i = 0; i < info->num_components; i++) {
    if (!info->comp_info[i].quant_table) return 0;  // latched by the component's first scan
    for (int k = 0; info->coef_bits && k < DCTSIZE2; k++) {
      if (info->coef_bits[i][k] != 0) return 0;
    }
  }
  return 1;
}

/// Leaves out what is left and right of `columns` columns from `*first` on; `*first` becomes the first one that comes.
/// Whole blocks come, and one column more to each side at least, since colours are interpolated from neighbours: so
/// those that were asked for are what they are in the whole picture.
static void crop(struct jpeg_decompress_struct *info, uint32_t *first, uint32_t columns) {
#ifdef LIBJPEG_TURBO_VERSION
  JDIMENSION left = *first > 2 ? *first - 2 : 0, right = *first + columns + 2;
  if (right > info->output_width) right = info->output_width;
  JDIMENSION width = right - left;
  *first = 0;
  if (width == info->output_width) return;
  jpeg_crop_scanline(info, &left, &width);
  *first = left;
#else
  (void)info, (void)columns;
  *first = 0;
#endif
}

cjpeg_status cjpeg_decoder_finish(cjpeg_decoder *decoder, uint8_t *pixels, uint32_t first, uint32_t columns) {
  struct jpeg_decompress_struct *info = &decoder->info;
  if (setjmp(decoder->failure.entry)) {
    jpeg_abort_decompress(info);
    return decoder->failure.status;
  }
  jpeg_start_decompress(info);  // reads all scans where there are several
  if (!is_complete(info)) cjpeg_fail(&decoder->failure, CJPEG_INCOMPLETE, "scans are missing");
  int inked = info->out_color_space == JCS_CMYK;
  size_t bytes = inked ? 3 : (size_t)info->output_components, stride = bytes * info->output_width;
  crop(info, &first, columns);
  pixels += bytes * first;
  JSAMPARRAY inks = NULL;
  if (inked) inks = info->mem->alloc_sarray((j_common_ptr)info, JPOOL_IMAGE, info->output_width * 4, 1);
  while (info->output_scanline < info->output_height) {
    uint8_t *row = pixels + stride * info->output_scanline;
    if (inked) {
      jpeg_read_scanlines(info, inks, 1);
      mix_inks(inks[0], row, info->output_width);
    } else {
      // As many rows a call as libjpeg has ready spares a copy through its own buffer.
      JSAMPROW rows[8];
      JDIMENSION count = info->output_height - info->output_scanline;
      if (count > 8) count = 8;
      for (JDIMENSION i = 0; i < count; i++) rows[i] = row + stride * i;
      jpeg_read_scanlines(info, rows, count);
    }
  }
  if (decoder->options.forgive_missing_end) {
    jpeg_abort_decompress(info);
  } else {
    jpeg_finish_decompress(info);  // reads on to the end marker
  }
  return CJPEG_OK;
}
