#include <errno.h>
#include <string.h>

#include "call.h"

int cv4l2_identify(int device, cv4l2_identity *identity) {
  struct v4l2_capability found = {0};
  memset(identity, 0, sizeof *identity);
  int result = cv4l2_call(device, VIDIOC_QUERYCAP, &found);
  if (result < 0) return result;
  memcpy(identity->driver, found.driver, sizeof found.driver);
  memcpy(identity->card, found.card, sizeof found.card);
  memcpy(identity->bus, found.bus_info, sizeof found.bus_info);
  // `capabilities` is of the whole piece of hardware, `device_caps` of this node alone.
  uint32_t bits = found.capabilities & V4L2_CAP_DEVICE_CAPS ? found.device_caps : found.capabilities;
  identity->captures = (bits & V4L2_CAP_VIDEO_CAPTURE) != 0;
  identity->streams = (bits & V4L2_CAP_STREAMING) != 0;
  identity->bits = bits;
  return 0;
}

int cv4l2_format(int device, uint32_t number, uint32_t *code) {
  struct v4l2_fmtdesc found = {.index = number, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
  int result = cv4l2_call(device, VIDIOC_ENUM_FMT, &found);
  *code = found.pixelformat;
  return result;
}

int cv4l2_size(int device, uint32_t number, cv4l2_mode *mode) {
  struct v4l2_frmsizeenum found = {.index = number, .pixel_format = mode->code};
  int result = cv4l2_call(device, VIDIOC_ENUM_FRAMESIZES, &found);
  if (result < 0) return result;
  mode->any_size = found.type != V4L2_FRMSIZE_TYPE_DISCRETE;
  mode->width = mode->any_size ? found.stepwise.max_width : found.discrete.width;
  mode->height = mode->any_size ? found.stepwise.max_height : found.discrete.height;
  return number == 0 || !mode->any_size ? 0 : -EINVAL;
}

int cv4l2_rate(int device, uint32_t number, cv4l2_mode *mode) {
  struct v4l2_frmivalenum found = {
      .index = number, .pixel_format = mode->code, .width = mode->width, .height = mode->height};
  int result = cv4l2_call(device, VIDIOC_ENUM_FRAMEINTERVALS, &found);
  if (result < 0) return result;
  mode->any_rate = found.type != V4L2_FRMIVAL_TYPE_DISCRETE;
  // An interval is seconds per frame: its numerator counts seconds.
  struct v4l2_fract interval = mode->any_rate ? found.stepwise.min : found.discrete;
  mode->frames = interval.denominator;
  mode->seconds = interval.numerator;
  return number == 0 || !mode->any_rate ? 0 : -EINVAL;
}

int cv4l2_set_mode(int device, cv4l2_mode *mode) {
  struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
  format.fmt.pix.pixelformat = mode->code;
  format.fmt.pix.width = mode->width;
  format.fmt.pix.height = mode->height;
  format.fmt.pix.field = V4L2_FIELD_ANY;
  int result = cv4l2_call(device, VIDIOC_S_FMT, &format);
  if (result < 0) return result;
  mode->code = format.fmt.pix.pixelformat;
  mode->width = format.fmt.pix.width;
  mode->height = format.fmt.pix.height;
  mode->stride = format.fmt.pix.bytesperline;
  mode->bytes = format.fmt.pix.sizeimage;

  struct v4l2_streamparm rate = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
  rate.parm.capture.timeperframe.numerator = mode->seconds;
  rate.parm.capture.timeperframe.denominator = mode->frames;
  // Drivers need not have rates: theirs then stays unknown.
  int has_rate = mode->frames != 0 && cv4l2_call(device, VIDIOC_S_PARM, &rate) == 0;
  mode->frames = has_rate ? rate.parm.capture.timeperframe.denominator : 0;
  mode->seconds = has_rate ? rate.parm.capture.timeperframe.numerator : 0;
  return 0;
}
