// Files that grow by whole lines.
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../calls/calls.h"
#include "CSystem.h"

enum { PIECE = 4096 };

// A device or a pipe is opened for writing alone: a pipe that is also open for reading never says that nobody reads.
static int open_at_end(const char *path, int *descriptor) {
  struct stat status;
  int is_other = 0;
  if (stat(path, &status) == 0) {
    if (S_ISDIR(status.st_mode)) return SYS_NO_FILE;
    is_other = !S_ISREG(status.st_mode);
    if (!is_other && (status.st_mode & 0222) == 0) return SYS_READ_ONLY;
  }
  int flags = is_other ? O_WRONLY | O_NONBLOCK | O_NOCTTY : O_RDWR | O_CREAT;
  SYS_RETRY(*descriptor, open(path, flags | O_APPEND | O_CLOEXEC, 0666));
  return *descriptor >= 0 ? 0 : errno;
}

// Whether the file begins with `header`; `is_part` where it ends within it.
static int begins_with(int descriptor, const char *header, size_t count, int *is_part) {
  char bytes[PIECE];
  size_t place = 0;
  while (place < count) {
    size_t wanted = count - place < sizeof bytes ? count - place : sizeof bytes;
    ssize_t got;
    SYS_RETRY(got, pread(descriptor, bytes, wanted, (off_t)place));
    if (got < 0) return errno;
    if (memcmp(bytes, header + place, (size_t)got) != 0) return SYS_FOREIGN;
    place += (size_t)got;
    if (got == 0) break;
  }
  *is_part = place < count;
  return 0;
}

// Where the last whole line ends. What stands behind is a line whose writer was cut off, or nothing but zeros, which
// some file systems put where power failed.
static int find_end(int descriptor, off_t size, off_t *end) {
  char bytes[PIECE];
  for (off_t place = size; place > 0;) {
    size_t wanted = place < PIECE ? (size_t)place : PIECE;
    ssize_t got;
    SYS_RETRY(got, pread(descriptor, bytes, wanted, place - (off_t)wanted));
    if (got < 0) return errno;
    if ((size_t)got < wanted) return EIO;
    const char *line_end = memrchr(bytes, '\n', wanted);
    place -= (off_t)wanted;
    if (line_end == NULL) continue;
    *end = place + (line_end - bytes) + 1;
    return 0;
  }
  *end = 0;
  return 0;
}

static int cut(int descriptor, off_t size) { return SYS_TRY(ftruncate(descriptor, size)) == 0 ? 0 : errno; }

static int mend(int descriptor, const char *header, size_t count, size_t *torn) {
  struct stat status;
  if (SYS_TRY(fstat(descriptor, &status)) != 0) return errno;
  // A device keeps nothing; whether it takes anything, the first line tells.
  if (!S_ISREG(status.st_mode)) {
    (void)sys_write_all(descriptor, header, count);
    return 0;
  }
  if (SYS_TRY(flock(descriptor, LOCK_EX | LOCK_NB)) != 0 && errno == EWOULDBLOCK) return SYS_BUSY;
  // What another program wrote before it let the file go counts.
  if (SYS_TRY(fstat(descriptor, &status)) != 0) return errno;
  int is_part = 0;
  int error = begins_with(descriptor, header, count, &is_part);
  if (error != 0) return error;
  off_t end = 0;
  if (!is_part) error = find_end(descriptor, status.st_size, &end);
  if (error == 0 && end < status.st_size) {
    *torn = (size_t)(status.st_size - end);
    error = cut(descriptor, end);
  }
  return error;
}

int sys_open_lines(const char *path, const void *header, size_t count, int *descriptor, size_t *torn) {
  *descriptor = -1;
  *torn = 0;
  int error = open_at_end(path, descriptor);
  if (error == 0) error = mend(*descriptor, header, count, torn);
  if (error != 0 && *descriptor >= 0) {
    close(*descriptor);
    *descriptor = -1;
  }
  return error;
}

int sys_add_lines(int descriptor, const void *header, size_t header_count, const void *bytes, size_t count) {
  struct stat status;
  if (SYS_TRY(fstat(descriptor, &status)) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return sys_write_all(descriptor, bytes, count);
  // Empty at first, and where somebody who rotates logs has emptied it.
  int error = status.st_size == 0 ? sys_write_all(descriptor, header, header_count) : 0;
  if (error == 0) error = sys_write_all(descriptor, bytes, count);
  // Half a line would be taken for a whole one. Where it cannot be taken back, the next start does.
  if (error != 0 && ftruncate(descriptor, status.st_size) != 0) return error;
  return error;
}

int sys_sync_data(int descriptor) {
  int result;
  SYS_RETRY(result, fdatasync(descriptor));
  return result == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : errno;
}
