// A stand-in for the kernel's V4L2 interface, preloaded into the real program: open, ioctl, mmap and close of one
// device are answered here, poll is the kernel's own on a socket whose other end this side writes to.
//
// STANDIN_SCRIPT names a text file. Facts about the device come first, one a line:
//   device PATH | bus NAME | mode CODE WIDTH HEIGHT RATE | interval MS | refuse open|format|buffers|streamon ERRNO |
//   capabilities HEX | driver NAME | card NAME | node PATH DRIVER HEX NAME: another device, that only says what it is
//   stride BYTES: of a row, whatever the mode | ranges: sizes and rates up to those of the modes
//   room COST: no stream of more pixels, and of an eighth of them where they are no JPEG, is started
// then what happens, in order, and at the end of the file once more from `again`, or nothing more:
//   frame FILE | error FILE | lose COUNT | stall MS | eintr COUNT | eagain | unplug MS | busy COUNT | clock SECONDS |
//   again
// clock: the time of day is set so many seconds further (clock.c); behind unplug, while the camera is gone.
// busy: the stream is refused so many times when it is started next.
#include "script.h"
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int memory = -1;
static uint32_t frames_a_second;
static struct v4l2_pix_format pix;

static int open_camera(void) {
  if (script.refuse_open) return standin_fail(script.refuse_open);
  if (standin_is_gone()) return standin_fail(ENOENT);
  if (stream.ends[0] >= 0) return standin_fail(EBUSY);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, stream.ends) < 0) return -1;
  memory = memfd_create("stand-in", MFD_CLOEXEC);
  if (memory < 0 || ftruncate(memory, (off_t)BUFFERS * ROOM) < 0) return -1;
  stream.shared = (uint8_t *)syscall(SYS_mmap, NULL, (size_t)BUFFERS * ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, memory,
                                     0);
  stream.sequence = 0;
  return stream.ends[0];
}

int open(const char *path, int flags, ...) {
  pthread_once(&once, standin_read_script);
  char place[PATH_MAX];
  const char *real = script.device[0] && realpath(path, place) ? place : path;
  if (script.device[0] && (!strcmp(path, script.device) || !strcmp(real, script.device))) return open_camera();
  for (int i = 0; i < script.node_count; i++) {
    if (strcmp(real, script.nodes[i].path) != 0) continue;
    return script.nodes[i].descriptor = eventfd(0, EFD_CLOEXEC);
  }
  va_list list;
  va_start(list, flags);
  int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, int) : 0;
  va_end(list);
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int close(int descriptor) {
  for (int i = 0; i < script.node_count; i++) {
    if (descriptor >= 0 && script.nodes[i].descriptor == descriptor) script.nodes[i].descriptor = -1;
  }
  if (descriptor >= 0 && descriptor == stream.ends[0]) {
    standin_stop();
    syscall(SYS_munmap, stream.shared, (size_t)BUFFERS * ROOM);
    syscall(SYS_close, memory);
    if (stream.ends[1] >= 0) syscall(SYS_close, stream.ends[1]);
    stream.ends[0] = stream.ends[1] = -1;
  }
  return (int)syscall(SYS_close, descriptor);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  if (descriptor >= 0 && descriptor == stream.ends[0]) descriptor = memory;
  return (void *)syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
}

void *mmap64(void *, size_t, int, int, int, off_t) __attribute__((alias("mmap")));

static int is_code(int mode, const uint32_t *code) { return !memcmp(code, script.modes[mode].code, 4); }

static uint32_t row_bytes(const struct v4l2_pix_format *format) {
  const char *code = (const char *)&format->pixelformat;
  if (script.stride >= 0) return (uint32_t)script.stride;
  if (!memcmp(code, "YUYV", 4) || !memcmp(code, "UYVY", 4)) return format->width * 2;
  if (!memcmp(code, "RGB3", 4)) return format->width * 3;
  if (!memcmp(code, "BA81", 4)) return format->width;
  return 0;
}

/// The mode of this code that is nearest in width.
static int set_format(struct v4l2_format *format) {
  if (script.refuse_format) return standin_fail(script.refuse_format);
  struct v4l2_pix_format *wish = &format->fmt.pix;
  int best = -1;
  for (int i = 0; i < script.mode_count; i++) {
    if (!is_code(i, &wish->pixelformat)) continue;
    int64_t distance = llabs((int64_t)script.modes[i].width - wish->width);
    if (best < 0 || distance < llabs((int64_t)script.modes[best].width - wish->width)) best = i;
  }
  if (best < 0) return standin_fail(EINVAL);
  if (!script.has_ranges || wish->width > script.modes[best].width) wish->width = script.modes[best].width;
  if (!script.has_ranges || wish->height > script.modes[best].height) wish->height = script.modes[best].height;
  wish->bytesperline = row_bytes(wish);
  wish->sizeimage = ROOM;
  pix = *wish;
  frames_a_second = script.modes[best].rate;
  return 0;
}

static int is_too_much(void) {
  int is_jpeg = !memcmp(&pix.pixelformat, "MJPG", 4);
  return script.room > 0 && pix.width * pix.height * (is_jpeg ? 1 : 8) > (uint32_t)script.room;
}

/// The mode with this number among those of a code, and of a size where one is given; -1 behind the last.
static int find_mode(uint32_t number, const uint32_t *code, uint32_t width, uint32_t height) {
  for (int i = 0; i < script.mode_count; i++) {
    if (!is_code(i, code)) continue;
    if (width && (script.modes[i].width != width || script.modes[i].height != height)) continue;
    if (number-- == 0) return i;
  }
  return -1;
}

static int describe(struct v4l2_capability *c, const char *driver, const char *card, uint32_t capabilities) {
  if (!capabilities) return standin_fail(ENOTTY);
  memset(c, 0, sizeof *c);
  strcpy((char *)c->driver, driver);
  strcpy((char *)c->card, card);
  strcpy((char *)c->bus_info, script.bus);
  c->capabilities = capabilities | V4L2_CAP_DEVICE_CAPS;
  c->device_caps = capabilities;
  return 0;
}

static int answer(unsigned long request, void *argument) {
  switch (request) {
    case VIDIOC_QUERYCAP: return describe(argument, script.driver, script.card, script.capabilities);
    case VIDIOC_ENUM_FMT: {
      struct v4l2_fmtdesc *f = argument;
      uint32_t number = f->index;
      for (int i = 0; i < script.mode_count; i++) {
        uint32_t code;
        memcpy(&code, script.modes[i].code, 4);
        if (find_mode(0, &code, 0, 0) != i || number-- > 0) continue;
        f->pixelformat = code;
        return 0;
      }
      return standin_fail(EINVAL);
    }
    case VIDIOC_ENUM_FRAMESIZES: {
      struct v4l2_frmsizeenum *s = argument;
      int mode = find_mode(s->index, &s->pixel_format, 0, 0);
      if (mode < 0) return standin_fail(EINVAL);
      s->type = script.has_ranges ? V4L2_FRMSIZE_TYPE_CONTINUOUS : V4L2_FRMSIZE_TYPE_DISCRETE;
      s->stepwise = (struct v4l2_frmsize_stepwise){16, script.modes[mode].width, 2, 16, script.modes[mode].height, 2};
      if (!script.has_ranges) {
        s->discrete.width = script.modes[mode].width;
        s->discrete.height = script.modes[mode].height;
      }
      return 0;
    }
    case VIDIOC_ENUM_FRAMEINTERVALS: {
      struct v4l2_frmivalenum *v = argument;
      int mode = find_mode(v->index, &v->pixel_format, v->width, v->height);
      if (mode < 0) return standin_fail(EINVAL);
      v->type = script.has_ranges ? V4L2_FRMIVAL_TYPE_CONTINUOUS : V4L2_FRMIVAL_TYPE_DISCRETE;
      v->stepwise.min = (struct v4l2_fract){1, script.modes[mode].rate};
      if (!script.has_ranges) v->discrete = (struct v4l2_fract){1, script.modes[mode].rate};
      return 0;
    }
    case VIDIOC_S_FMT:
    case VIDIOC_TRY_FMT: return set_format(argument);
    case VIDIOC_S_PARM: {
      struct v4l2_fract *interval = &((struct v4l2_streamparm *)argument)->parm.capture.timeperframe;
      if (!script.has_ranges) *interval = (struct v4l2_fract){1, frames_a_second};
      return 0;
    }
    case VIDIOC_REQBUFS: {
      struct v4l2_requestbuffers *r = argument;
      if (script.refuse_buffers && r->count) return standin_fail(script.refuse_buffers);
      if (r->count > BUFFERS) r->count = BUFFERS;
      standin_clear();
      return 0;
    }
    case VIDIOC_QUERYBUF: {
      struct v4l2_buffer *b = argument;
      b->length = ROOM;
      b->m.offset = b->index * ROOM;
      return 0;
    }
    case VIDIOC_QBUF: return standin_give(argument);
    case VIDIOC_DQBUF: return standin_take(argument);
    case VIDIOC_STREAMON:
      if (script.refuse_streamon) return standin_fail(script.refuse_streamon);
      if (is_too_much()) return standin_fail(ENOSPC);
      if (stream.refusals > 0) {
        stream.refusals--;
        return standin_fail(EBUSY);
      }
      stream.is_on = 1;
      return 0;
    default: return standin_fail(ENOTTY);
  }
}

int ioctl(int descriptor, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  for (int i = 0; i < script.node_count; i++) {
    if (descriptor < 0 || descriptor != script.nodes[i].descriptor) continue;
    if (request != VIDIOC_QUERYCAP) return standin_fail(request == VIDIOC_ENUM_FMT ? EINVAL : ENOTTY);
    return describe(argument, script.nodes[i].driver, script.nodes[i].name, script.nodes[i].capabilities);
  }
  if (descriptor < 0 || descriptor != stream.ends[0]) return (int)syscall(SYS_ioctl, descriptor, request, argument);
  if (request == VIDIOC_STREAMOFF) {
    standin_stop();
    return 0;
  }
  pthread_mutex_lock(&stream.lock);
  int result = answer(request, argument);
  int code = errno;
  pthread_mutex_unlock(&stream.lock);
  if (request == VIDIOC_STREAMON && result == 0) standin_start();
  errno = code;
  return result;
}
