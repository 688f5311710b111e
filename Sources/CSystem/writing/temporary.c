#include "temporary.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "../calls/calls.h"
#include "CSystem.h"

static _Thread_local int has_name_from_start;

void sys_name_from_start(int yes) { has_name_from_start = yes; }

// What says that this file system or kernel makes no files without a name.
static int wants_name(int error) { return error == ENOTSUP || error == EISDIR || error == EINVAL || error == ENOENT; }

// One try: EEXIST where the name is taken, EAGAIN where somebody sweeps the file before it is locked.
static int try_named(int folder, sys_temporary *file) {
  int error = sys_make_name(file->name, SYS_FILE_ENDING);
  if (error != 0) return error;
  SYS_RETRY(file->descriptor, openat(folder, file->name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (file->descriptor < 0) return errno;
  file->has_name = 1;
  struct stat status;
  error = sys_lock(file->descriptor);
  if (error == 0 && SYS_TRY(fstat(file->descriptor, &status)) != 0) error = errno;
  if (error == 0 && status.st_nlink == 0) error = EAGAIN;
  if (error != 0) sys_drop_temporary(file, folder);
  return error;
}

static int open_named(int folder, sys_temporary *file) {
  int error = EAGAIN;
  for (int attempt = 0; attempt < 16 && (error == EAGAIN || error == EEXIST); attempt++) {
    error = try_named(folder, file);
  }
  return error;
}

int sys_open_temporary(int folder, int named, sys_temporary *file) {
  *file = (sys_temporary){.descriptor = -1};
  if (named || has_name_from_start) return open_named(folder, file);
  SYS_RETRY(file->descriptor, openat(folder, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0666));
  if (file->descriptor >= 0) return 0;
  return wants_name(errno) ? open_named(folder, file) : errno;
}

// Files over a network report a full disk only when they are closed. A second descriptor keeps lock and file.
static int close_first(sys_temporary *file) {
  int held;
  SYS_RETRY(held, fcntl(file->descriptor, F_DUPFD_CLOEXEC, 3));
  if (held < 0) return errno;
  int error = sys_close(file->descriptor);
  file->descriptor = held;
  return error;
}

static int give_name(const sys_temporary *file, int folder, const char *name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", file->descriptor);
  return SYS_TRY(linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW)) == 0 ? 0 : errno;
}

int sys_put_in_place(sys_temporary *file, const sys_place *place) {
  int error = close_first(file);
  if (error != 0) return error;
  if (!file->has_name) {
    // A file without a name is given one where nothing has it; it takes nothing's place.
    if (!place->exists) {
      error = give_name(file, place->folder, place->name);
      if (error != EEXIST) return error;
    }
    error = sys_lock(file->descriptor);
    if (error == 0) error = sys_make_name(file->name, SYS_FILE_ENDING);
    if (error == 0) error = give_name(file, place->folder, file->name);
    if (error != 0) return error;
    file->has_name = 1;
  }
  if (SYS_TRY(renameat(place->folder, file->name, place->folder, place->name)) != 0) return errno;
  file->has_name = 0;
  return 0;
}

void sys_drop_temporary(sys_temporary *file, int folder) {
  if (file->has_name) unlinkat(folder, file->name, 0);
  if (file->descriptor >= 0) close(file->descriptor);
  *file = (sys_temporary){.descriptor = -1};
}
