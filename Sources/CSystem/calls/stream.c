#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "CSystem.h"
#include "calls.h"

static ssize_t write_some(int descriptor, const char *bytes, size_t count) {
  if (!sys_call_fails()) return write(descriptor, bytes, count);
  if (errno == SYS_SHORT_WRITE) return write(descriptor, bytes, 1);
  return -1;
}

int sys_write_all(int descriptor, const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    ssize_t done = write_some(descriptor, next, count);
    if (done > 0) {
      next += done;
      count -= (size_t)done;
    } else if (done == 0) {
      return EIO;  // a device that takes nothing and says nothing would be asked for ever
    } else if (errno == EAGAIN) {
      // Whoever shares the terminal or pipe has made it one that does not block.
      struct pollfd wait = {descriptor, POLLOUT, 0};
      if (poll(&wait, 1, -1) < 0 && errno != EINTR) return errno;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

int sys_close(int descriptor) {
  int error = sys_call_fails() ? errno : 0;
  if (close(descriptor) != 0 && error == 0) error = errno;
  // Linux has closed it even then.
  return error == EINTR ? 0 : error;
}

void sys_fill_standard_descriptors(void) {
  for (int descriptor = 0; descriptor <= 2; descriptor++) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // The lowest free number is given: this one. Reading from what is open to be written fails, and the other way too.
    if (open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY) < 0) return;
  }
}
