#include "sync.h"

#include <fcntl.h>
#include <unistd.h>

#include "../calls/calls.h"

int sys_sync(int descriptor) {
  int result;
  SYS_RETRY(result, fsync(descriptor));
  return result == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : errno;
}

int sys_sync_folder(int folder) {
  int descriptor;
  SYS_RETRY(descriptor, openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor < 0) return errno == EACCES ? 0 : errno;
  int error = sys_sync(descriptor);
  close(descriptor);
  return error == EBADF ? 0 : error;
}
