#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "call.h"

static int request_buffers(int device, uint32_t *count) {
  struct v4l2_requestbuffers request = {
      .count = *count, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
  int result = cv4l2_call(device, VIDIOC_REQBUFS, &request);
  if (result == 0) *count = request.count;
  return result;
}

static int map_one(int device, uint32_t index, cv4l2_memory *memory) {
  struct v4l2_buffer buffer = {.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
  int result = cv4l2_call(device, VIDIOC_QUERYBUF, &buffer);
  if (result < 0) return result;
  void *start = mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, device, buffer.m.offset);
  if (start == MAP_FAILED) return -errno;
  memory->start = start;
  memory->count = buffer.length;
  return 0;
}

int cv4l2_map(int device, cv4l2_memory *memory, uint32_t *count) {
  uint32_t room = *count;
  int result = request_buffers(device, count);
  if (result < 0) return result;
  if (*count > room) *count = room;  // a driver may give more than it was asked for
  if (*count == 0) return -ENOMEM;
  for (uint32_t i = 0; i < *count; i++) {
    result = map_one(device, i, &memory[i]);
    if (result == 0) {
      result = cv4l2_give(device, i);
      if (result < 0) munmap(memory[i].start, memory[i].count);
    }
    if (result < 0) {
      cv4l2_unmap(device, memory, i);
      return result;
    }
  }
  return 0;
}

void cv4l2_unmap(int device, cv4l2_memory *memory, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) munmap(memory[i].start, memory[i].count);
  uint32_t none = 0;
  request_buffers(device, &none);
}

int cv4l2_start(int device) {
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  return cv4l2_call(device, VIDIOC_STREAMON, &type);
}

int cv4l2_stop(int device) {
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  return cv4l2_call(device, VIDIOC_STREAMOFF, &type);
}

int cv4l2_take(int device, cv4l2_frame *frame) {
  struct v4l2_buffer buffer = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
  int result = cv4l2_call(device, VIDIOC_DQBUF, &buffer);
  if (result < 0) return result;
  frame->index = buffer.index;
  frame->count = buffer.bytesused;
  frame->sequence = buffer.sequence;
  frame->is_damaged = (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0;
  frame->is_monotonic = (buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
  frame->nanoseconds = (uint64_t)buffer.timestamp.tv_sec * 1000000000u + (uint64_t)buffer.timestamp.tv_usec * 1000u;
  return 0;
}

int cv4l2_give(int device, uint32_t index) {
  struct v4l2_buffer buffer = {.index = index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
  return cv4l2_call(device, VIDIOC_QBUF, &buffer);
}
