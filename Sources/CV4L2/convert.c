#include <errno.h>
#include <libv4l-plugin.h>
#include <libv4lconvert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"

struct cv4l2_converter {
  struct v4lconvert_data *library;
  struct v4l2_format from, to;
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

int cv4l2_converter_accept(cv4l2_converter *converter, const cv4l2_mode *granted) {
  struct v4l2_pix_format *from = &converter->from.fmt.pix, *to = &converter->to.fmt.pix;
  if (from->pixelformat != granted->code) return -EINVAL;
  from->width = to->width = granted->width;
  from->height = to->height = granted->height;
  from->bytesperline = granted->stride;
  from->sizeimage = granted->bytes;
  to->bytesperline = 3 * granted->width;
  to->sizeimage = to->bytesperline * granted->height;
  return 0;
}

int cv4l2_convert(cv4l2_converter *converter, const uint8_t *bytes, size_t count, uint8_t *rgb, size_t room) {
  if (count > INT32_MAX || room > INT32_MAX) return -EINVAL;
  // The library takes its source without const, and does not write to it.
  int result = v4lconvert_convert(converter->library, &converter->from, &converter->to, (unsigned char *)bytes,
                                  (int)count, rgb, (int)room);
  if (result < 0) return errno ? -errno : -EIO;
  return (size_t)result == room ? 0 : -EPIPE;
}

const char *cv4l2_converter_message(cv4l2_converter *converter) {
  return v4lconvert_get_error_message(converter->library);
}

void cv4l2_converter_free(cv4l2_converter *converter) {
  if (!converter) return;
  if (converter->library) v4lconvert_destroy(converter->library);
  free(converter);
}
