// What the camera says it is: USB 2.0, Universal Serial Bus Device Class Definition for Video Devices 1.0, one camera
// terminal, one streaming interface over a bulk endpoint, MJPEG and YUY2 at one size.
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdint.h>
#include <string.h>

enum {
  ENDPOINT = 1,
  PAYLOAD = 16384,  // header and data of one transfer; the Linux driver's own buffers are this large
  MJPEG = 1,
  YUY2 = 2,
};

#define B2(x) (uint8_t)(x), (uint8_t)((x) >> 8)
#define B4(x) B2(x), B2((uint32_t)(x) >> 16)

static const uint8_t device_descriptor[18] = {
    18,         1,          B2(0x0200),      // USB 2.0
    0xEF,       2,          1,          64,  // class by interface association; bytes of endpoint 0
    B2(0x1209), B2(0x0001), B2(1),           // vendor and product for tests (pid.codes)
    1,          2,          0,          1,   // manufacturer, product, no serial number; one configuration
};

/// Writes the configuration, with everything below it; its length.
static uint16_t configuration_descriptor(uint8_t *out, uint16_t width, uint16_t height, uint32_t interval) {
  const uint32_t pixels = (uint32_t)width * height;
  const uint32_t bits = (uint32_t)(pixels * 16ull * 10000000 / interval > UINT32_MAX
                                       ? UINT32_MAX
                                       : pixels * 16ull * 10000000 / interval);
  // clang-format off: one descriptor a line
  const uint8_t control[] = {
      8, 11, 0, 2, 14, 3, 0, 0,                    // interface association: video, two interfaces
      9, 4, 0, 0, 0, 14, 1, 0, 2,                  // interface 0: video control
      13, 0x24, 1, B2(0x0100), B2(13 + 17 + 9), B4(48000000), 1, 1,
      17, 0x24, 2, 1, B2(0x0201), 0, 0, B2(0), B2(0), B2(0), 2, 0, 0,  // camera terminal 1 without controls
      9, 0x24, 3, 2, B2(0x0101), 0, 1, 0,          // output terminal 2, fed by 1
  };
  const uint8_t formats[] = {
      11, 0x24, 6, MJPEG, 1, 1, 1, 0, 0, 0, 0,
      30, 0x24, 7, 1, 0, B2(width), B2(height), B4(bits), B4(bits), B4(pixels * 2), B4(interval), 1, B4(interval),
      6, 0x24, 13, 1, 1, 4,                        // colours: BT.709 primaries, BT.601 matrix
      27, 0x24, 4, YUY2, 1, 'Y', 'U', 'Y', '2', 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71, 16, 1, 0, 0, 0, 0,
      30, 0x24, 5, 1, 0, B2(width), B2(height), B4(bits), B4(bits), B4(pixels * 2), B4(interval), 1, B4(interval),
      6, 0x24, 13, 1, 1, 4,
  };
  const uint8_t streaming[] = {
      9, 4, 1, 0, 1, 14, 2, 0, 0,                  // interface 1: video streaming, one endpoint
      15, 0x24, 1, 2, B2(15 + sizeof formats), 0x80 | ENDPOINT, 0, 2, 0, 0, 0, 1, 0, 0,
  };
  // clang-format on
  const uint8_t endpoint[] = {7, 5, 0x80 | ENDPOINT, 2, B2(512), 0};
  const uint16_t total = 9 + sizeof control + sizeof streaming + sizeof formats + sizeof endpoint;
  const uint8_t head[] = {9, 2, B2(total), 2, 1, 0, 0x80, 250};
  const struct {
    const uint8_t *bytes;
    size_t count;
  } parts[] = {{head, sizeof head},
               {control, sizeof control},
               {streaming, sizeof streaming},
               {formats, sizeof formats},
               {endpoint, sizeof endpoint}};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    memcpy(out, parts[i].bytes, parts[i].count);
    out += parts[i].count;
  }
  return total;
}

/// Writes a string descriptor; its length. Number 0 lists the languages.
static uint16_t string_descriptor(uint8_t *out, int number) {
  static const char *const texts[] = {NULL, "Glint", "Glint test camera"};
  if (number == 0) {
    memcpy(out, (uint8_t[]){4, 3, B2(0x0409)}, 4);
    return 4;
  }
  if (number > 2) return 0;
  size_t count = strlen(texts[number]);
  for (size_t i = 0; i < count; i++) {
    out[2 + 2 * i] = (uint8_t)texts[number][i];
    out[3 + 2 * i] = 0;
  }
  out[0] = (uint8_t)(2 + 2 * count);
  out[1] = 3;
  return out[0];
}

#endif
