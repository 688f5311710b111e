// Bytes that zlib only reads are const then.
#define ZLIB_CONST
#include <limits.h>
#include <string.h>
#include <zlib.h>

#include "CDeflate.h"

/// zlib counts in unsigned int: what is longer goes in parts.
static uInt part(size_t count) { return count > UINT_MAX ? UINT_MAX : (uInt)count; }

cdeflate_status cdeflate_unpack(const uint8_t *bytes, size_t count, uint8_t *unpacked, size_t unpacked_count) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  // A negative size of the window: no header of zlib's.
  const int started = inflateInit2(&stream, -MAX_WBITS);
  if (started != Z_OK) return started == Z_MEM_ERROR ? CDEFLATE_NO_MEMORY : CDEFLATE_DAMAGED;
  size_t read = 0, written = 0;
  uint8_t beyond;  // where a stream of more bytes than wanted shows itself
  cdeflate_status status = CDEFLATE_DAMAGED;
  for (;;) {
    const int is_full = written == unpacked_count;
    const uInt given = part(count - read), room = is_full ? 1 : part(unpacked_count - written);
    stream.next_in = bytes + read;
    stream.avail_in = given;
    stream.next_out = is_full ? &beyond : unpacked + written;
    stream.avail_out = room;
    const int result = inflate(&stream, Z_NO_FLUSH);
    read += given - stream.avail_in;
    if (is_full && stream.avail_out == 0) {
      status = CDEFLATE_OTHER_SIZE;
      break;
    }
    if (!is_full) written += room - stream.avail_out;
    if (result == Z_STREAM_END) {
      status = written == unpacked_count && read == count ? CDEFLATE_OK : CDEFLATE_OTHER_SIZE;
      break;
    }
    if (result == Z_MEM_ERROR) status = CDEFLATE_NO_MEMORY;
    // Z_BUF_ERROR: the stream goes on where its bytes end.
    if (result != Z_OK) break;
  }
  inflateEnd(&stream);
  return status;
}

uint32_t cdeflate_crc32(const uint8_t *bytes, size_t count) {
  uLong sum = crc32(0, NULL, 0);
  while (count > 0) {
    const uInt step = part(count);
    sum = crc32(sum, bytes, step);
    bytes += step;
    count -= step;
  }
  return (uint32_t)sum;
}
