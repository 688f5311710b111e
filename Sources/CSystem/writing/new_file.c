// Files and folders that were not there.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

int sys_make_folders(const char *path) {
  size_t length = strlen(path);
  if (length == 0) return ENOENT;
  char *above = sys_allocate(length + 1);
  if (above == NULL) return ENOMEM;
  int error = 0;
  for (size_t end = 1; end <= length && error == 0; end++) {
    if (end < length && path[end] != '/') continue;
    memcpy(above, path, end);
    above[end] = 0;
    struct stat status;
    error = sys_make_folder(above);
    // What is there already serves, though another word than EEXIST is given where the disk cannot be written to.
    if (error != 0 && stat(above, &status) == 0) error = S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
  }
  free(above);
  return error;
}

int sys_remove(const char *path) { return SYS_TRY(unlink(path)) == 0 ? 0 : errno; }
