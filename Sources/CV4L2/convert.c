#include <errno.h>
#include <libv4l-plugin.h>
#include <libv4lconvert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"

struct cv4l2_converter {
  struct v4lconvert_data *library;
  struct v4l2_format from, to;
  char words[128];
};

// The library asks the device through these, so that its calls are made again after a signal like all others.
static int call_device(void *unused, int device, unsigned long request, void *argument) {
  (void)unused;
  int result = cv4l2_call(device, request, argument);
  if (result < 0) errno = -result;
  return result < 0 ? -1 : 0;
}

static ssize_t read_device(void *unused, int device, void *bytes, size_t count) {
  (void)unused;
  return read(device, bytes, count);
}

static ssize_t write_device(void *unused, int device, const void *bytes, size_t count) {
  (void)unused;
  return write(device, bytes, count);
}

static const struct libv4l_dev_ops operations = {.ioctl = call_device, .read = read_device, .write = write_device};

cv4l2_converter *cv4l2_converter_make(int device, cv4l2_mode *mode) {
  cv4l2_converter *converter = calloc(1, sizeof *converter);
  if (!converter) return NULL;
  converter->library = v4lconvert_create_with_dev_ops(device, NULL, &operations);
  converter->to.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  converter->to.fmt.pix.pixelformat = V4L2_PIX_FMT_RGB24;
  converter->to.fmt.pix.width = mode->width;
  converter->to.fmt.pix.height = mode->height;
  int failed = !converter->library || v4lconvert_try_format(converter->library, &converter->to, &converter->from) < 0;
  if (failed || converter->to.fmt.pix.pixelformat != V4L2_PIX_FMT_RGB24 ||
      converter->from.fmt.pix.pixelformat == V4L2_PIX_FMT_RGB24) {
    cv4l2_converter_free(converter);
    return NULL;
  }
  mode->code = converter->from.fmt.pix.pixelformat;
  mode->width = converter->from.fmt.pix.width;
  mode->height = converter->from.fmt.pix.height;
  return converter;
}

// Bits a pixel of the first plane, for the formats in which the library steps from row to row by what the driver says;
// 0 for others. Some drivers say 0, and the library then reads the same row again, or before the first one.
static uint32_t bits_a_pixel(uint32_t code) {
  switch (code) {
    case V4L2_PIX_FMT_SBGGR8:
    case V4L2_PIX_FMT_SGBRG8:
    case V4L2_PIX_FMT_SGRBG8:
    case V4L2_PIX_FMT_SRGGB8:
    case V4L2_PIX_FMT_GREY:
    case V4L2_PIX_FMT_NV12:
    case V4L2_PIX_FMT_NV21:
    case V4L2_PIX_FMT_NV16:
    case V4L2_PIX_FMT_NV61:
    case V4L2_PIX_FMT_YUV420:
    case V4L2_PIX_FMT_YVU420: return 8;
    case V4L2_PIX_FMT_SBGGR10P:
    case V4L2_PIX_FMT_SGBRG10P:
    case V4L2_PIX_FMT_SGRBG10P:
    case V4L2_PIX_FMT_SRGGB10P: return 10;
    case V4L2_PIX_FMT_SBGGR10:
    case V4L2_PIX_FMT_SGBRG10:
    case V4L2_PIX_FMT_SGRBG10:
    case V4L2_PIX_FMT_SRGGB10:
    case V4L2_PIX_FMT_SBGGR16:
    case V4L2_PIX_FMT_SGBRG16:
    case V4L2_PIX_FMT_SGRBG16:
    case V4L2_PIX_FMT_SRGGB16:
    case V4L2_PIX_FMT_Y16:
    case V4L2_PIX_FMT_YUYV:
    case V4L2_PIX_FMT_YVYU:
    case V4L2_PIX_FMT_UYVY:
    case V4L2_PIX_FMT_VYUY:
    case V4L2_PIX_FMT_RGB565: return 16;
    case V4L2_PIX_FMT_RGB24:
    case V4L2_PIX_FMT_BGR24: return 24;
    case V4L2_PIX_FMT_RGB32:
    case V4L2_PIX_FMT_BGR32:
    case V4L2_PIX_FMT_XRGB32:
    case V4L2_PIX_FMT_XBGR32:
    case V4L2_PIX_FMT_ARGB32:
    case V4L2_PIX_FMT_ABGR32: return 32;
    default: return 0;
  }
}

int cv4l2_converter_accept(cv4l2_converter *converter, const cv4l2_mode *granted) {
  struct v4l2_pix_format *from = &converter->from.fmt.pix, *to = &converter->to.fmt.pix;
  if (from->pixelformat != granted->code) return -EINVAL;
  from->width = to->width = granted->width;
  from->height = to->height = granted->height;
  // Patterns of sensors are taken apart two by two.
  if (granted->width < 2 || granted->height < 2) return -EINVAL;
  const uint32_t least = (granted->width * bits_a_pixel(granted->code) + 7) / 8;
  from->bytesperline = granted->stride < least ? least : granted->stride;
  from->sizeimage = granted->bytes;
  to->bytesperline = 3 * granted->width;
  to->sizeimage = to->bytesperline * granted->height;
  return 0;
}

int cv4l2_convert(cv4l2_converter *converter, const uint8_t *bytes, size_t count, uint8_t *rgb, size_t room) {
  const struct v4l2_pix_format *from = &converter->from.fmt.pix;
  converter->words[0] = 0;
  if (count > INT32_MAX || room > INT32_MAX) return -EINVAL;
  // The library compares with the pixels alone, and then reads by rows.
  const uint64_t least = bits_a_pixel(from->pixelformat) ? (uint64_t)from->bytesperline * from->height : 1;
  if (count < least) {
    snprintf(converter->words, sizeof converter->words, "%zu bytes, too short for %u x %u pixels", count, from->width,
             from->height);
    return -EPIPE;
  }
  // The library takes its source without const, and does not write to it.
  int result = v4lconvert_convert(converter->library, &converter->from, &converter->to, (unsigned char *)bytes,
                                  (int)count, rgb, (int)room);
  if (result >= 0 && (size_t)result == room) return 0;
  const int code = result < 0 && errno ? errno : EPIPE;
  if (result < 0)
    snprintf(converter->words, sizeof converter->words, "%s", v4lconvert_get_error_message(converter->library));
  converter->words[strcspn(converter->words, "\n")] = 0;
  return -code;
}

const char *cv4l2_converter_message(const cv4l2_converter *converter) { return converter->words; }

void cv4l2_converter_free(cv4l2_converter *converter) {
  if (!converter) return;
  if (converter->library) v4lconvert_destroy(converter->library);
  free(converter);
}
