#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

int cv4l2_call(int device, unsigned long request, void *argument) {
  int result;
  do {
    result = ioctl(device, request, argument);
  } while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

int cv4l2_open(const char *path) {
  int device;
  do {
    device = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  } while (device < 0 && errno == EINTR);
  if (device < 0) return errno == EISDIR ? -ENOTTY : -errno;
  struct stat facts;
  if (fstat(device, &facts) == 0 && (S_ISREG(facts.st_mode) || S_ISFIFO(facts.st_mode))) {
    close(device);
    return -ENOTTY;
  }
  return device;
}

void cv4l2_close(int device) { close(device); }

int cv4l2_wait(int device, int milliseconds) {
  struct pollfd request = {.fd = device, .events = POLLIN};
  int result = poll(&request, 1, milliseconds);
  if (result < 0) return errno == EINTR ? 0 : -errno;
  if (result == 0) return 0;
  if (request.revents & POLLIN) return 1;
  return request.revents & (POLLHUP | POLLNVAL) ? -ENODEV : 1;  // for POLLERR the next take says what is wrong
}
