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
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void standin_set_clock(int seconds);

enum { BUFFERS = 4, ROOM = 1 << 21, EVENTS = 4096, MODES = 16, NODES = 8 };

typedef struct {
  char what[12];
  char file[256];
  int number;
} event;

static struct {
  char device[128], bus[32], driver[16], card[32];
  struct {
    char path[128], driver[16], name[32];
    uint32_t capabilities;
    int descriptor;
  } nodes[NODES];
  int node_count, stride, room, has_ranges;
  uint32_t capabilities;
  struct {
    char code[5];
    uint32_t width, height, rate;
  } modes[MODES];
  int mode_count, interval, event_count, again;
  int refuse_open, refuse_format, refuse_buffers, refuse_streamon;
  event events[EVENTS];
} script;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_t camera;
static int ends[2] = {-1, -1};  // the program's, ours
static int64_t gone_until;      // in milliseconds
static int memory = -1, streaming, interrupts, come_to_nothing, refusals, next_event;
static uint8_t *shared;
static uint32_t sequence, frames_a_second;
static struct v4l2_pix_format pix;
static struct {
  enum { IDLE, QUEUED, FILLED } state;
  uint32_t count, sequence, order;
  int is_damaged;
  struct timeval time;
} buffers[BUFFERS];
static uint32_t filled_order;

static void read_script(void) {
  const char *path = getenv("STANDIN_SCRIPT");
  FILE *file = path ? fopen(path, "re") : NULL;
  if (!file) return;
  script.capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  script.interval = 10;
  script.again = -1;
  script.stride = -1;
  strcpy(script.bus, "stand-in-1");
  strcpy(script.driver, "standin");
  strcpy(script.card, "Stand-in camera");
  char line[400], word[16], rest[300];
  while (fgets(line, sizeof line, file)) {
    rest[0] = 0;
    if (sscanf(line, "%15s %299[^\n]", word, rest) < 1) continue;
    if (!strcmp(word, "device")) snprintf(script.device, sizeof script.device, "%.127s", rest);
    else if (!strcmp(word, "bus")) snprintf(script.bus, sizeof script.bus, "%.31s", rest);
    else if (!strcmp(word, "driver")) snprintf(script.driver, sizeof script.driver, "%.15s", rest);
    else if (!strcmp(word, "card")) snprintf(script.card, sizeof script.card, "%.31s", rest);
    else if (!strcmp(word, "stride")) script.stride = atoi(rest);
    else if (!strcmp(word, "room")) script.room = atoi(rest);
    else if (!strcmp(word, "ranges")) script.has_ranges = 1;
    else if (!strcmp(word, "node") && script.node_count < NODES) {
      int i = script.node_count++;
      sscanf(rest, "%127s %15s %x %31[^\n]", script.nodes[i].path, script.nodes[i].driver,
             &script.nodes[i].capabilities, script.nodes[i].name);
      script.nodes[i].descriptor = -1;
    } else if (!strcmp(word, "capabilities")) script.capabilities = (uint32_t)strtoul(rest, NULL, 16);
    else if (!strcmp(word, "interval")) script.interval = atoi(rest);
    else if (!strcmp(word, "again")) script.again = 0;
    else if (!strcmp(word, "mode") && script.mode_count < MODES) {
      int i = script.mode_count++;
      sscanf(rest, "%4s %u %u %u", script.modes[i].code, &script.modes[i].width, &script.modes[i].height,
             &script.modes[i].rate);
    } else if (!strcmp(word, "refuse")) {
      char what[16];
      int code = 0;
      sscanf(rest, "%15s %d", what, &code);
      if (!strcmp(what, "open")) script.refuse_open = code;
      if (!strcmp(what, "format")) script.refuse_format = code;
      if (!strcmp(what, "buffers")) script.refuse_buffers = code;
      if (!strcmp(what, "streamon")) script.refuse_streamon = code;
    } else if (script.event_count < EVENTS) {
      event *e = &script.events[script.event_count++];
      snprintf(e->what, sizeof e->what, "%.11s", word);
      snprintf(e->file, sizeof e->file, "%.255s", rest);
      e->number = atoi(rest);
    }
  }
  fclose(file);
  // What a library that is loaded before the program makes of it.
  if (getenv("STANDIN_DRIVER")) snprintf(script.driver, sizeof script.driver, "%.15s", getenv("STANDIN_DRIVER"));
}

static int64_t milliseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void pause_for(int milliseconds) {
  struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  nanosleep(&time, NULL);
}

/// Fills the buffer that has waited longest, as a driver does; without one the frame is lost.
static void deliver(const event *e) {
  int file = (int)syscall(SYS_openat, AT_FDCWD, e->file, O_RDONLY | O_CLOEXEC, 0);
  pthread_mutex_lock(&lock);
  int chosen = -1;
  for (int i = 0; i < BUFFERS; i++) {
    if (buffers[i].state == QUEUED && (chosen < 0 || buffers[i].order < buffers[chosen].order)) chosen = i;
  }
  if (streaming && chosen >= 0) {
    ssize_t count = file >= 0 ? read(file, shared + (size_t)chosen * ROOM, ROOM) : 0;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    buffers[chosen].state = FILLED;
    buffers[chosen].order = ++filled_order;
    buffers[chosen].count = count > 0 ? (uint32_t)count : 0;
    buffers[chosen].sequence = sequence;
    buffers[chosen].is_damaged = !strcmp(e->what, "error");
    buffers[chosen].time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    if (send(ends[1], "f", 1, MSG_NOSIGNAL) < 0) buffers[chosen].state = QUEUED;
  }
  sequence++;
  pthread_mutex_unlock(&lock);
  if (file >= 0) syscall(SYS_close, file);
}

static void *play(void *nothing) {
  (void)nothing;
  for (;;) {
    pthread_mutex_lock(&lock);
    int is_on = streaming, at = next_event;
    if (is_on && at < script.event_count) next_event++;
    if (is_on && at >= script.event_count && script.again == 0) next_event = 0;
    pthread_mutex_unlock(&lock);
    if (!is_on) return NULL;
    if (at >= script.event_count) {
      pause_for(1);
      continue;
    }
    const event *e = &script.events[at];
    if (!strcmp(e->what, "frame") || !strcmp(e->what, "error")) {
      deliver(e);
      pause_for(script.interval);
    } else if (!strcmp(e->what, "stall")) {
      // In small steps, so that a program that has had enough can stop the stream.
      for (int waited = 0; waited < e->number && streaming; waited += 5) pause_for(5);
    } else {
      pthread_mutex_lock(&lock);
      if (!strcmp(e->what, "lose")) sequence += (uint32_t)e->number;
      if (!strcmp(e->what, "eintr")) interrupts += e->number;
      if (!strcmp(e->what, "busy")) refusals += e->number;
      if (!strcmp(e->what, "clock")) standin_set_clock(e->number);
      if (!strcmp(e->what, "eagain")) {
        come_to_nothing = 1;
        if (send(ends[1], "f", 1, MSG_NOSIGNAL) < 0) come_to_nothing = 0;
      }
      if (!strcmp(e->what, "unplug")) {
        gone_until = milliseconds_now() + e->number;
        streaming = 0;
        syscall(SYS_close, ends[1]);
        ends[1] = -1;
      }
      int is_clock_next = !streaming && at + 1 < script.event_count && !strcmp(script.events[at + 1].what, "clock");
      if (is_clock_next) next_event++;
      pthread_mutex_unlock(&lock);
      if (is_clock_next) {
        // The program waits for the camera by now.
        pause_for(400);
        standin_set_clock(script.events[at + 1].number);
      }
    }
  }
}

static int is_gone(void) { return milliseconds_now() < gone_until; }

static void stop_stream(void) {
  pthread_mutex_lock(&lock);
  int was_on = streaming;
  streaming = 0;
  pthread_mutex_unlock(&lock);
  static pthread_t nobody;
  if (was_on || !pthread_equal(camera, nobody)) pthread_join(camera, NULL);
  camera = nobody;
  char byte;
  while (ends[0] >= 0 && recv(ends[0], &byte, 1, MSG_DONTWAIT) == 1) {
  }
  for (int i = 0; i < BUFFERS; i++) buffers[i].state = IDLE;
}

static int fail(int code) {
  errno = code;
  return -1;
}

static int open_camera(void) {
  if (script.refuse_open) return fail(script.refuse_open);
  if (is_gone()) return fail(ENOENT);
  if (ends[0] >= 0) return fail(EBUSY);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) return -1;
  memory = memfd_create("stand-in", MFD_CLOEXEC);
  if (memory < 0 || ftruncate(memory, (off_t)BUFFERS * ROOM) < 0) return -1;
  shared = (uint8_t *)syscall(SYS_mmap, NULL, (size_t)BUFFERS * ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
  sequence = 0;
  return ends[0];
}

int open(const char *path, int flags, ...) {
  pthread_once(&once, read_script);
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
  if (descriptor >= 0 && descriptor == ends[0]) {
    stop_stream();
    syscall(SYS_munmap, shared, (size_t)BUFFERS * ROOM);
    syscall(SYS_close, memory);
    if (ends[1] >= 0) syscall(SYS_close, ends[1]);
    ends[0] = ends[1] = -1;
  }
  return (int)syscall(SYS_close, descriptor);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  if (descriptor >= 0 && descriptor == ends[0]) descriptor = memory;
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
  if (script.refuse_format) return fail(script.refuse_format);
  struct v4l2_pix_format *wish = &format->fmt.pix;
  int best = -1;
  for (int i = 0; i < script.mode_count; i++) {
    if (!is_code(i, &wish->pixelformat)) continue;
    int64_t distance = llabs((int64_t)script.modes[i].width - wish->width);
    if (best < 0 || distance < llabs((int64_t)script.modes[best].width - wish->width)) best = i;
  }
  if (best < 0) return fail(EINVAL);
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
  if (!capabilities) return fail(ENOTTY);
  memset(c, 0, sizeof *c);
  strcpy((char *)c->driver, driver);
  strcpy((char *)c->card, card);
  strcpy((char *)c->bus_info, script.bus);
  c->capabilities = capabilities | V4L2_CAP_DEVICE_CAPS;
  c->device_caps = capabilities;
  return 0;
}

static int take(struct v4l2_buffer *buffer) {
  if (is_gone() || ends[1] < 0) return fail(ENODEV);
  if (interrupts > 0) {
    interrupts--;
    return fail(EINTR);
  }
  char byte;
  if (recv(ends[0], &byte, 1, MSG_DONTWAIT) != 1) return fail(EAGAIN);
  if (come_to_nothing) {
    come_to_nothing = 0;
    return fail(EAGAIN);
  }
  int oldest = -1;
  for (int i = 0; i < BUFFERS; i++) {
    if (buffers[i].state == FILLED && (oldest < 0 || buffers[i].order < buffers[oldest].order)) oldest = i;
  }
  if (oldest < 0) return fail(EAGAIN);
  buffers[oldest].state = IDLE;
  buffer->index = (uint32_t)oldest;
  buffer->bytesused = buffers[oldest].count;
  buffer->sequence = buffers[oldest].sequence;
  buffer->timestamp = buffers[oldest].time;
  buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  if (buffers[oldest].is_damaged) buffer->flags |= V4L2_BUF_FLAG_ERROR;
  return 0;
}

static int give(const struct v4l2_buffer *buffer) {
  if (is_gone()) return fail(ENODEV);
  if (buffer->index >= BUFFERS || buffers[buffer->index].state != IDLE) return fail(EINVAL);
  buffers[buffer->index].state = QUEUED;
  buffers[buffer->index].order = ++filled_order;
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
      return fail(EINVAL);
    }
    case VIDIOC_ENUM_FRAMESIZES: {
      struct v4l2_frmsizeenum *s = argument;
      int mode = find_mode(s->index, &s->pixel_format, 0, 0);
      if (mode < 0) return fail(EINVAL);
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
      if (mode < 0) return fail(EINVAL);
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
      if (script.refuse_buffers && r->count) return fail(script.refuse_buffers);
      if (r->count > BUFFERS) r->count = BUFFERS;
      for (int i = 0; i < BUFFERS; i++) buffers[i].state = IDLE;
      return 0;
    }
    case VIDIOC_QUERYBUF: {
      struct v4l2_buffer *b = argument;
      b->length = ROOM;
      b->m.offset = b->index * ROOM;
      return 0;
    }
    case VIDIOC_QBUF: return give(argument);
    case VIDIOC_DQBUF: return take(argument);
    case VIDIOC_STREAMON:
      if (script.refuse_streamon) return fail(script.refuse_streamon);
      if (is_too_much()) return fail(ENOSPC);
      if (refusals > 0) {
        refusals--;
        return fail(EBUSY);
      }
      streaming = 1;
      return 0;
    default: return fail(ENOTTY);
  }
}

int ioctl(int descriptor, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  for (int i = 0; i < script.node_count; i++) {
    if (descriptor < 0 || descriptor != script.nodes[i].descriptor) continue;
    if (request != VIDIOC_QUERYCAP) return fail(request == VIDIOC_ENUM_FMT ? EINVAL : ENOTTY);
    return describe(argument, script.nodes[i].driver, script.nodes[i].name, script.nodes[i].capabilities);
  }
  if (descriptor < 0 || descriptor != ends[0]) return (int)syscall(SYS_ioctl, descriptor, request, argument);
  if (request == VIDIOC_STREAMOFF) {
    stop_stream();
    return 0;
  }
  pthread_mutex_lock(&lock);
  int result = answer(request, argument);
  int code = errno;
  pthread_mutex_unlock(&lock);
  if (request == VIDIOC_STREAMON && result == 0) pthread_create(&camera, NULL, play, NULL);
  errno = code;
  return result;
}
