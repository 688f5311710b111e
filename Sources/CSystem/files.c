#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int sys_map(const char *path, const void **bytes, size_t *count) {
  *bytes = NULL;
  *count = 0;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  int error = 0;
  struct stat status;
  if (fstat(descriptor, &status) != 0) {
    error = errno;
  } else if (!S_ISREG(status.st_mode)) {
    error = SYS_NO_FILE;
  } else if (status.st_size > 0) {
    void *mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
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

// Makes the temporary file beside `path`; its descriptor, or -1 with errno set. The caller frees the name.
static int open_temporary(const char *path, char **name) {
  size_t room = strlen(path) + 32;
  *name = malloc(room);
  if (*name == NULL) return -1;
  snprintf(*name, room, "%s.%ld.tmp", path, (long)getpid());
  return open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
}

static int write_all(int descriptor, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t done = write(descriptor, bytes, count);
    if (done < 0 && errno != EINTR) return errno;
    if (done > 0) {
      bytes += done;
      count -= (size_t)done;
    }
  }
  return 0;
}

// Whether something stands at `path` that is neither a file nor a folder, such as /dev/null or a named pipe.
static int is_special(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

static int write_in_place(const char *path, const void *bytes, size_t count) {
  int descriptor = open(path, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  int error = write_all(descriptor, bytes, count);
  if (close(descriptor) != 0 && error == 0) error = errno;
  return error;
}

// The rename itself is safe only when the folder is on disk; a folder that cannot be synced is no failure.
static void sync_folder(const char *path) {
  const char *slash = strrchr(path, '/');
  char *folder = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + 1);
  int descriptor = folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) {
    fsync(descriptor);
    close(descriptor);
  }
  free(folder);
}

int sys_write_atomically(const char *path, const void *bytes, size_t count) {
  // A rename would put a file in the device's place, for whoever may do that.
  if (is_special(path)) return write_in_place(path, bytes, count);
  char *temporary;
  int descriptor = open_temporary(path, &temporary);
  if (descriptor < 0) {
    int error = errno;
    free(temporary);
    return error;
  }
  int error = write_all(descriptor, bytes, count);
  if (error == 0 && fsync(descriptor) != 0) error = errno;
  if (close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && rename(temporary, path) != 0) error = errno;
  if (error == 0) sync_folder(path);
  else unlink(temporary);
  free(temporary);
  return error;
}

int sys_check_writable(const char *path) {
  if (is_special(path)) return access(path, W_OK) == 0 ? 0 : errno;
  char *temporary;
  int descriptor = open_temporary(path, &temporary);
  int error = descriptor < 0 ? errno : 0;
  if (descriptor >= 0) {
    close(descriptor);
    unlink(temporary);
  }
  free(temporary);
  struct stat status;
  if (error == 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return SYS_NO_FILE;
  return error;
}

const char *sys_error_text(int error) { return strerror(error); }
