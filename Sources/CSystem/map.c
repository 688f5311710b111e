#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CSystem.h"
#include "calls/calls.h"

int sys_map(const char *path, const void **bytes, size_t *count) {
  *bytes = NULL;
  *count = 0;
  int descriptor;
  // A named pipe without a writer would be waited for otherwise.
  SYS_RETRY(descriptor, open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (descriptor < 0) return errno;
  int error = 0;
  struct stat status;
  if (SYS_TRY(fstat(descriptor, &status)) != 0) {
    error = errno;
  } else if (!S_ISREG(status.st_mode)) {
    error = SYS_NO_FILE;
  } else if (status.st_size > 0) {
    void *mapped = sys_call_fails() ? MAP_FAILED
                                    : mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapped == MAP_FAILED) {
      error = errno;
    } else {
      *bytes = mapped;
      *count = (size_t)status.st_size;
    }
  }
  close(descriptor);
  return error;
}

void sys_unmap(const void *bytes, size_t count) {
  if (bytes != NULL) munmap((void *)bytes, count);
}
