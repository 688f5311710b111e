// Video4Linux capture by memory-mapped streaming, the kernel's unions flattened for Swift.
//
// Every function returns 0 (or what it says) and -errno when the kernel refuses; a call that a signal interrupts is
// made again, here and nowhere else.
#ifndef CV4L2_H
#define CV4L2_H

#include <stddef.h>
#include <stdint.h>

/// What a device says it is. Texts end with 0.
typedef struct {
  char driver[17];
  char card[33];
  char bus[33];   // where it is plugged in; stays the same when it is plugged in there again
  int captures;   // single-planar video capture
  int streams;    // by memory mapping or user pointers
  uint32_t bits;  // V4L2_CAP_ of this node
} cv4l2_identity;

/// A format, size and rate; the four characters of `code` are those of linux/videodev2.h.
typedef struct {
  uint32_t code;
  uint32_t width, height;
  uint32_t stride;           // bytes a row, 0 for compressed formats
  uint32_t bytes;            // the most that one frame takes
  uint32_t frames, seconds;  // frames per seconds, 0 where the driver does not say
  int any_size, any_rate;    // whether these are the largest and the highest of a range
} cv4l2_mode;

/// Memory shared with the kernel.
typedef struct {
  uint8_t *start;
  size_t count;
} cv4l2_memory;

/// A filled buffer.
typedef struct {
  uint32_t index;
  uint32_t count;  // bytes used
  uint32_t sequence;
  int is_damaged;    // the driver's error flag
  int is_monotonic;  // whether the time is CLOCK_MONOTONIC
  uint64_t nanoseconds;
} cv4l2_frame;

/// Opens a device without blocking; the descriptor, or -errno (-ENOTTY for what is no character device).
int cv4l2_open(const char *path);
void cv4l2_close(int device);

int cv4l2_identify(int device, cv4l2_identity *identity);

/// The format, the size of a format, the rate of a size with this number; -EINVAL behind the last one. Sizes and rates
/// that are ranges come as their largest size and their highest rate, as number 0, and are marked.
int cv4l2_format(int device, uint32_t number, uint32_t *code);
int cv4l2_size(int device, uint32_t number, cv4l2_mode *mode);
int cv4l2_rate(int device, uint32_t number, cv4l2_mode *mode);

/// Asks for a mode; what the driver chose instead is written back.
int cv4l2_set_mode(int device, cv4l2_mode *mode);

/// Makes up to `*count` buffers, maps them and hands them to the driver. On failure nothing stays mapped.
int cv4l2_map(int device, cv4l2_memory *memory, uint32_t *count);
void cv4l2_unmap(int device, cv4l2_memory *memory, uint32_t count);

int cv4l2_start(int device);
int cv4l2_stop(int device);

/// Waits until a frame is there: 1, or 0 after `milliseconds` (a signal may end the wait early), or -errno; -ENODEV
/// when the device has gone.
int cv4l2_wait(int device, int milliseconds);

/// Takes the oldest filled buffer, -EAGAIN when there is none.
int cv4l2_take(int device, cv4l2_frame *frame);

/// Hands a buffer back to be filled.
int cv4l2_give(int device, uint32_t index);

/// Turns the formats that are not read here into RGB, by libv4lconvert.
typedef struct cv4l2_converter cv4l2_converter;

/// A converter for one of the device's formats, whichever the library likes best at about `mode`'s size; what to ask
/// the device for is written to `mode`. NULL when the library can read none of its formats either.
cv4l2_converter *cv4l2_converter_make(int device, cv4l2_mode *mode);

/// Tells what the device granted: 0, or -EINVAL when that is another format than was asked for.
int cv4l2_converter_accept(cv4l2_converter *converter, const cv4l2_mode *granted);

/// Converts one frame to `[height, width, 3]`, in `room` bytes: 0, or -errno for a frame that is none.
int cv4l2_convert(cv4l2_converter *converter, const uint8_t *bytes, size_t count, uint8_t *rgb, size_t room);

/// What was wrong with the last frame, where the library says; empty where it does not.
const char *cv4l2_converter_message(const cv4l2_converter *converter);

void cv4l2_converter_free(cv4l2_converter *converter);

#endif
