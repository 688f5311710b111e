#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../calls/calls.h"
#include "CSystem.h"
#include "place.h"

static int read_beginning(int descriptor, char *bytes, size_t room, size_t *count) {
  while (*count < room) {
    ssize_t got;
    SYS_RETRY(got, read(descriptor, bytes + *count, room - *count));
    if (got < 0) return errno;
    if (got == 0) break;
    *count += (size_t)got;
  }
  return 0;
}

int sys_begin(const char *path, void *bytes, size_t room, size_t *count, int *what) {
  *count = 0;
  int descriptor;
  // Without O_NONBLOCK, opening a named pipe waits for its writer.
  SYS_RETRY(descriptor, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor < 0) return errno;
  struct stat status;
  int error = SYS_TRY(fstat(descriptor, &status)) == 0 ? 0 : errno;
  if (error == 0) *what = sys_kind(status.st_mode);
  if (error == 0 && *what == SYS_IS_FILE) error = read_beginning(descriptor, bytes, room, count);
  close(descriptor);
  return error;
}
