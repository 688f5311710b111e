#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CSystem.h"

int sys_begin(const char *path, void *bytes, size_t room, size_t *count, int *what) {
  *count = 0;
  // Without O_NONBLOCK, opening a named pipe waits for its writer.
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return errno;
  struct stat facts;
  int error = fstat(descriptor, &facts) == 0 ? 0 : errno;
  if (error == 0) {
    *what = S_ISREG(facts.st_mode)    ? SYS_IS_FILE
            : S_ISDIR(facts.st_mode)  ? SYS_IS_FOLDER
            : S_ISFIFO(facts.st_mode) ? SYS_IS_PIPE
                                      : SYS_IS_OTHER;
    while (*what == SYS_IS_FILE && *count < room) {
      ssize_t got = read(descriptor, (char *)bytes + *count, room - *count);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) error = errno;
      if (got <= 0) break;
      *count += (size_t)got;
    }
  }
  close(descriptor);
  return error;
}
