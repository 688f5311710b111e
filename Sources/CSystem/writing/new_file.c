// Files and folders that were not there.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../calls/calls.h"
#include "CSystem.h"

int sys_open_new(const char *path, int *error) {
  int descriptor;
  SYS_RETRY(descriptor, open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666));
  *error = descriptor >= 0 ? 0 : errno == EEXIST ? SYS_EXISTS : errno;
  return descriptor;
}

int sys_write_new(const char *path, const void *bytes, size_t count) {
  int error;
  int descriptor = sys_open_new(path, &error);
  if (descriptor < 0) return error;
  error = sys_write_all(descriptor, bytes, count);
  int closed = sys_close(descriptor);
  if (error == 0) error = closed;
  if (error != 0) unlink(path);
  return error;
}

int sys_make_folder(const char *path) { return SYS_TRY(mkdir(path, 0777)) == 0 ? 0 : errno; }
