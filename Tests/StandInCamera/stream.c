#include "stream.h"

#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void standin_set_clock(int seconds);

standin_stream stream = {.lock = PTHREAD_MUTEX_INITIALIZER, .ends = {-1, -1}};

static int64_t gone_until;  // in milliseconds
static int interrupts, come_to_nothing, next_event;
static struct {
  enum { IDLE, QUEUED, FILLED } state;
  uint32_t count, sequence, order;
  int is_damaged;
  struct timeval time;
} buffers[BUFFERS];
static uint32_t filled_order;

int standin_fail(int code) {
  errno = code;
  return -1;
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
  pthread_mutex_lock(&stream.lock);
  int chosen = -1;
  for (int i = 0; i < BUFFERS; i++) {
    if (buffers[i].state == QUEUED && (chosen < 0 || buffers[i].order < buffers[chosen].order)) chosen = i;
  }
  if (stream.is_on && chosen >= 0) {
    ssize_t count = file >= 0 ? read(file, stream.shared + (size_t)chosen * ROOM, ROOM) : 0;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    buffers[chosen].state = FILLED;
    buffers[chosen].order = ++filled_order;
    buffers[chosen].count = count > 0 ? (uint32_t)count : 0;
    buffers[chosen].sequence = stream.sequence;
    buffers[chosen].is_damaged = !strcmp(e->what, "error");
    buffers[chosen].time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    if (send(stream.ends[1], "f", 1, MSG_NOSIGNAL) < 0) buffers[chosen].state = QUEUED;
  }
  stream.sequence++;
  pthread_mutex_unlock(&stream.lock);
  if (file >= 0) syscall(SYS_close, file);
}

static void *play(void *nothing) {
  (void)nothing;
  for (;;) {
    pthread_mutex_lock(&stream.lock);
    int is_on = stream.is_on, at = next_event;
    if (is_on && at < script.event_count) next_event++;
    if (is_on && at >= script.event_count && script.again == 0) next_event = 0;
    pthread_mutex_unlock(&stream.lock);
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
      for (int waited = 0; waited < e->number && stream.is_on; waited += 5) pause_for(5);
    } else {
      pthread_mutex_lock(&stream.lock);
      if (!strcmp(e->what, "lose")) stream.sequence += (uint32_t)e->number;
      if (!strcmp(e->what, "eintr")) interrupts += e->number;
      if (!strcmp(e->what, "busy")) stream.refusals += e->number;
      if (!strcmp(e->what, "clock")) standin_set_clock(e->number);
      if (!strcmp(e->what, "eagain")) {
        come_to_nothing = 1;
        if (send(stream.ends[1], "f", 1, MSG_NOSIGNAL) < 0) come_to_nothing = 0;
      }
      if (!strcmp(e->what, "unplug")) {
        gone_until = milliseconds_now() + e->number;
        stream.is_on = 0;
        syscall(SYS_close, stream.ends[1]);
        stream.ends[1] = -1;
      }
      int is_clock_next = !stream.is_on && at + 1 < script.event_count && !strcmp(script.events[at + 1].what, "clock");
      if (is_clock_next) next_event++;
      pthread_mutex_unlock(&stream.lock);
      if (is_clock_next) {
        // The program waits for the camera by now.
        pause_for(400);
        standin_set_clock(script.events[at + 1].number);
      }
    }
  }
}

int standin_is_gone(void) { return milliseconds_now() < gone_until; }

void standin_stop(void) {
  pthread_mutex_lock(&stream.lock);
  int was_on = stream.is_on;
  stream.is_on = 0;
  pthread_mutex_unlock(&stream.lock);
  static pthread_t nobody;
  if (was_on || !pthread_equal(stream.camera, nobody)) pthread_join(stream.camera, NULL);
  stream.camera = nobody;
  char byte;
  while (stream.ends[0] >= 0 && recv(stream.ends[0], &byte, 1, MSG_DONTWAIT) == 1) {
  }
  standin_clear();
}

void standin_start(void) { pthread_create(&stream.camera, NULL, play, NULL); }

void standin_clear(void) {
  for (int i = 0; i < BUFFERS; i++) buffers[i].state = IDLE;
}

int standin_take(struct v4l2_buffer *buffer) {
  if (standin_is_gone() || stream.ends[1] < 0) return standin_fail(ENODEV);
  if (interrupts > 0) {
    interrupts--;
    return standin_fail(EINTR);
  }
  char byte;
  if (recv(stream.ends[0], &byte, 1, MSG_DONTWAIT) != 1) return standin_fail(EAGAIN);
  if (come_to_nothing) {
    come_to_nothing = 0;
    return standin_fail(EAGAIN);
  }
  int oldest = -1;
  for (int i = 0; i < BUFFERS; i++) {
    if (buffers[i].state == FILLED && (oldest < 0 || buffers[i].order < buffers[oldest].order)) oldest = i;
  }
  if (oldest < 0) return standin_fail(EAGAIN);
  buffers[oldest].state = IDLE;
  buffer->index = (uint32_t)oldest;
  buffer->bytesused = buffers[oldest].count;
  buffer->sequence = buffers[oldest].sequence;
  buffer->timestamp = buffers[oldest].time;
  buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  if (buffers[oldest].is_damaged) buffer->flags |= V4L2_BUF_FLAG_ERROR;
  return 0;
}

int standin_give(const struct v4l2_buffer *buffer) {
  if (standin_is_gone()) return standin_fail(ENODEV);
  if (buffer->index >= BUFFERS || buffers[buffer->index].state != IDLE) return standin_fail(EINVAL);
  buffers[buffer->index].state = QUEUED;
  buffers[buffer->index].order = ++filled_order;
  return 0;
}
