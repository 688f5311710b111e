// A USB webcam in user space, for the kernel's own uvcvideo driver: plugged into vhci_hcd, whose side of the USB/IP
// protocol (Documentation/usb/usbip_protocol.rst) arrives on one end of a socket pair.
//
//   usb_camera WIDTH HEIGHT RATE UNPLUG_AFTER FRAME.jpg...
//
// Plays the frames over and over, from the first each time the driver starts to stream: MJPEG as they are, YUY2 decoded
// here. After UNPLUG_AFTER frames (0: never) it is pulled out, and plugged in again a second later.
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <jpeglib.h>

#include "descriptors.h"

enum { SUBMIT = 1, UNLINK = 2, SUBMITTED = 3, UNLINKED = 4, PENDING = 64, FRAMES = 64 };

typedef struct {
  uint32_t command, number, device, direction, endpoint;
  uint32_t words[5];  // submit: flags, length, start frame, packets, interval; unlink: number
  uint8_t setup[8];
} message;

typedef struct {
  uint8_t *bytes;
  uint32_t count;
} bytes;

static int line = -1;  // the kernel's other end
static uint16_t width, height;
static uint32_t interval;        // of frames, in 100 ns
static bytes frames[2][FRAMES];  // as MJPEG, as YUY2
static int frame_count;

static struct {
  uint8_t probe[26];
  int is_on, format;
  uint32_t frame, at;  // the frame that is sent, and how much of it has been
  uint8_t toggle;
  uint64_t next;  // when the next frame begins, in nanoseconds
} stream;

static struct {
  uint32_t number, room;
} pending[PENDING];  // transfers that the driver waits for, oldest first
static int pending_count;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/// Whether all of it came; 0 when the other end has gone.
static int receive(void *to, size_t count) {
  uint8_t *place = to;
  while (count > 0) {
    ssize_t got = read(line, place, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return 0;
    place += got;
    count -= (size_t)got;
  }
  return 1;
}

static void transmit(const void *from, size_t count) {
  const uint8_t *place = from;
  while (count > 0) {
    ssize_t put = write(line, place, count);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;  // unplugged meanwhile
    place += put;
    count -= (size_t)put;
  }
}

/// Answers a transfer: `count` bytes follow where it went in.
static void answer(uint32_t number, int32_t status, uint32_t actual, const uint8_t *data, uint32_t count) {
  message reply = {.command = htobe32(SUBMITTED), .number = htobe32(number)};
  reply.words[0] = htobe32((uint32_t)status);
  reply.words[1] = htobe32(actual);
  transmit(&reply, sizeof reply);
  if (count > 0) transmit(data, count);
}

static void put32(uint8_t *to, uint32_t value) { memcpy(to, (uint8_t[]){B4(value)}, 4); }

/// What the camera makes of the settings that the driver wants to try.
static void settle(void) {
  if (stream.probe[2] != YUY2) stream.probe[2] = MJPEG;
  stream.probe[3] = 1;
  put32(stream.probe + 4, interval);
  put32(stream.probe + 18, 2u * width * height);
  put32(stream.probe + 22, PAYLOAD);
}

/// A request on endpoint 0; `data` came with it or takes the answer. The answer's length, or -EPIPE to refuse.
static int control(const uint8_t *setup, uint8_t *data) {
  const uint8_t type = setup[0], request = setup[1], low = setup[2], high = setup[3];
  if (type == 0x80 && request == 6) {  // get descriptor
    if (high == 1) return memcpy(data, device_descriptor, 18), 18;
    if (high == 2) return configuration_descriptor(data, width, height, interval);
    if (high == 3) {
      int count = string_descriptor(data, low);
      return count > 0 ? count : -EPIPE;
    }
    return -EPIPE;  // no qualifier: there is one speed
  }
  if ((type & 0x60) == 0) {
    if (request == 0) return memset(data, 0, 2), 2;       // get status
    if (request == 8) return data[0] = 1, 1;              // get configuration
    if (request == 10) return data[0] = 0, 1;             // get interface
    if (request == 1 || request == 11) stream.is_on = 0;  // the driver ends a bulk stream so
    return 0;
  }
  // Video class: probe (1) and commit (2) of the streaming interface.
  if (setup[4] != 1 || (high != 1 && high != 2)) return -EPIPE;
  if (request == 1) {
    memcpy(stream.probe, data, sizeof stream.probe);
    settle();
    if (high == 2) {
      stream.is_on = 1;
      stream.format = stream.probe[2];
      stream.frame = stream.at = 0;
      stream.next = now();
    }
    return 0;
  }
  if (request == 0x86) return data[0] = 3, 1;  // info: can be got and set
  if (request == 0x85) return memcpy(data, (uint8_t[]){B2(26)}, 2), 2;
  if (request >= 0x81 && request <= 0x87) {
    settle();
    return memcpy(data, stream.probe, 26), 26;
  }
  return -EPIPE;
}

static void submitted(const message *m) {
  static uint8_t data[65536];
  uint32_t number = be32toh(m->number), length = be32toh(m->words[1]);
  int is_in = be32toh(m->direction) == 1;
  if (length > sizeof data) fail("a transfer of more than 64 KiB");
  if (!is_in && !receive(data, length)) return;
  if (be32toh(m->endpoint) == 0) {
    uint32_t room = (uint32_t)m->setup[6] | (uint32_t)m->setup[7] << 8;
    int count = control(m->setup, data);
    if (count < 0) answer(number, count, 0, NULL, 0);
    else if (is_in)
      answer(number, 0, (uint32_t)count < room ? (uint32_t)count : room, data,
             (uint32_t)count < room ? (uint32_t)count : room);
    else answer(number, 0, length, NULL, 0);
  } else if (is_in && pending_count < PENDING) {
    pending[pending_count].number = number;
    pending[pending_count++].room = length;
  } else {
    answer(number, -EPIPE, 0, NULL, 0);
  }
}

static void unlinked(const message *m) {
  uint32_t target = be32toh(m->words[0]);
  int32_t status = 0;  // it was answered before
  for (int i = 0; i < pending_count; i++) {
    if (pending[i].number != target) continue;
    status = -ECONNRESET;
    pending_count--;
    memmove(pending + i, pending + i + 1, sizeof *pending * (size_t)(pending_count - i));
    break;
  }
  message reply = {.command = htobe32(UNLINKED), .number = m->number};
  reply.words[0] = htobe32((uint32_t)status);
  transmit(&reply, sizeof reply);
}

/// Answers the oldest transfer with the next piece of the frame; whether that ended the frame.
static int send_piece(void) {
  static uint8_t piece[PAYLOAD];
  const bytes *frame = &frames[stream.format - 1][stream.frame % (uint32_t)frame_count];
  uint32_t room = pending[0].room < PAYLOAD ? pending[0].room : PAYLOAD;
  uint32_t count = frame->count - stream.at < room - 2 ? frame->count - stream.at : room - 2;
  int is_last = stream.at + count == frame->count;
  piece[0] = 2;
  piece[1] = (uint8_t)(0x80 | (is_last ? 2 : 0) | stream.toggle);  // end of header, end of frame, frame number's parity
  memcpy(piece + 2, frame->bytes + stream.at, count);
  stream.at += count;
  uint32_t number = pending[0].number;
  pending_count--;
  memmove(pending, pending + 1, sizeof *pending * (size_t)pending_count);
  answer(number, 0, count + 2, piece, count + 2);
  if (!is_last) return 0;
  stream.at = 0;
  stream.frame++;
  stream.toggle ^= 1;
  stream.next += interval * 100ull;
  if (stream.next < now()) stream.next = now();  // a slow driver gets fewer frames, not late ones
  return 1;
}

/// Plugs the camera in and serves it, for `most` frames or until the kernel lets go.
static void serve(uint32_t most) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) fail("socketpair");
  int attach = open("/sys/devices/platform/vhci_hcd.0/attach", O_WRONLY | O_CLOEXEC);
  char order[64];
  int count = snprintf(order, sizeof order, "0 %d %d 3", ends[0], 1 << 16 | 2);  // port, socket, device, high speed
  if (attach < 0 || write(attach, order, (size_t)count) != count) fail("vhci_hcd attach");
  close(attach);
  close(ends[0]);
  line = ends[1];
  pending_count = 0;
  memset(&stream, 0, sizeof stream);
  uint32_t sent = 0;
  while (most == 0 || sent < most) {
    int is_due = stream.is_on && pending_count > 0 && now() >= stream.next;
    int wait = is_due ? 0 : stream.is_on && pending_count > 0 ? (int)((stream.next - now()) / 1000000) + 1 : 1000;
    struct pollfd wish = {.fd = line, .events = POLLIN};
    if (poll(&wish, 1, wait) > 0) {
      message m;
      if (!receive(&m, sizeof m)) break;
      if (be32toh(m.command) == SUBMIT) submitted(&m);
      if (be32toh(m.command) == UNLINK) unlinked(&m);
    } else if (is_due) {
      sent += (uint32_t)send_piece();
    }
  }
  close(line);
}

static bytes read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) fail(path);
  bytes b = {malloc(4 << 20), 0};
  b.count = (uint32_t)fread(b.bytes, 1, 4 << 20, file);
  fclose(file);
  return b;
}

/// Y0 U Y1 V in BT.601's limited range, chroma averaged over two pixels, from a JPEG's full-range YCbCr.
static bytes decoded(const bytes *jpeg, const char *path) {
  struct jpeg_decompress_struct d;
  struct jpeg_error_mgr errors;
  d.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&d);
  jpeg_mem_src(&d, jpeg->bytes, jpeg->count);
  jpeg_read_header(&d, TRUE);
  d.out_color_space = JCS_YCbCr;
  jpeg_start_decompress(&d);
  if (d.output_width != width || d.output_height != height || width % 2) {
    fprintf(stderr, "%s: not %d x %d\n", path, width, height);
    exit(1);
  }
  bytes out = {malloc(2u * width * height), 2u * width * height};
  uint8_t *row = malloc(3u * width), *to = out.bytes;
  while (d.output_scanline < d.output_height) {
    jpeg_read_scanlines(&d, &row, 1);
    for (int x = 0; x < width; x += 2) {
      const uint8_t *a = row + 3 * x, *b = a + 3;
      *to++ = (uint8_t)(16 + (a[0] * 219 + 127) / 255);
      *to++ = (uint8_t)(16 + ((a[1] + b[1]) * 112 + 127) / 255);
      *to++ = (uint8_t)(16 + (b[0] * 219 + 127) / 255);
      *to++ = (uint8_t)(16 + ((a[2] + b[2]) * 112 + 127) / 255);
    }
  }
  free(row);
  jpeg_destroy_decompress(&d);
  return out;
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "usb_camera WIDTH HEIGHT RATE UNPLUG_AFTER FRAME.jpg...\n");
    return 2;
  }
  width = (uint16_t)atoi(argv[1]);
  height = (uint16_t)atoi(argv[2]);
  interval = 10000000u / (uint32_t)atoi(argv[3]);
  uint32_t most = (uint32_t)atoi(argv[4]);
  for (int i = 5; i < argc && frame_count < FRAMES; i++, frame_count++) {
    frames[0][frame_count] = read_file(argv[i]);
    frames[1][frame_count] = decoded(&frames[0][frame_count], argv[i]);
  }
  serve(most);
  if (most > 0) {
    sleep(1);
    serve(0);
  }
  return 0;
}
