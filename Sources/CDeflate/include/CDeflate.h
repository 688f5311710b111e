// Deflate and CRC-32 by zlib, which libpng needs anyway.
#ifndef CDEFLATE_H
#define CDEFLATE_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  CDEFLATE_OK = 0,
  CDEFLATE_DAMAGED,     // no stream of deflate, or one that breaks off
  CDEFLATE_OTHER_SIZE,  // the stream holds more or fewer bytes
  CDEFLATE_NO_MEMORY,
} cdeflate_status;

/// Unpacks a raw stream of exactly `count` bytes that holds exactly `unpacked_count`. Never writes more than those.
cdeflate_status cdeflate_unpack(const uint8_t *bytes, size_t count, uint8_t *unpacked, size_t unpacked_count);

/// The checksum that ZIP archives keep of each file.
uint32_t cdeflate_crc32(const uint8_t *bytes, size_t count);

#endif
