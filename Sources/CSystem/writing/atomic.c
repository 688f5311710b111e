#include <fcntl.h>
#include <unistd.h>

#include "../calls/calls.h"
#include "../places/place.h"
#include "CSystem.h"
#include "attributes.h"
#include "sync.h"
#include "temporary.h"

// Whether something stands at `place` that is neither a file nor a folder, such as /dev/null or a named pipe.
static int is_special(const sys_place *place) {
  return place->exists && !S_ISREG(place->status.st_mode) && !S_ISDIR(place->status.st_mode);
}

// A rename asks whether the folder may be written, and nobody asks the file: so it is asked here. A file without any
// right to write says what its owner wants, also where root might write it.
static int check_file(const sys_place *place) {
  if (!place->exists) return 0;
  if (S_ISDIR(place->status.st_mode)) return SYS_NO_FILE;
  if (!is_special(place) && (place->status.st_mode & 0222) == 0) return SYS_READ_ONLY;
  int error = 0;
  if (is_special(place)) {
    if (SYS_TRY(faccessat(place->folder, place->name, W_OK, 0)) != 0) error = errno;
  } else {
    int descriptor;
    SYS_RETRY(descriptor, openat(place->folder, place->name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (descriptor >= 0) close(descriptor);
    else if (errno != ETXTBSY) error = errno;
  }
  return error == EACCES || error == EPERM ? SYS_READ_ONLY : error;
}

static int write_in_place(const sys_place *place, const void *bytes, size_t count) {
  int descriptor;
  SYS_RETRY(descriptor, openat(place->folder, place->name, O_WRONLY | O_NOCTTY | O_CLOEXEC));
  if (descriptor < 0) return errno;
  int error = sys_write_all(descriptor, bytes, count);
  if (error == 0) error = sys_sync(descriptor);
  int closed = sys_close(descriptor);
  return error != 0 ? error : closed;
}

static int write_beside(const sys_place *place, int named, const void *bytes, size_t count) {
  sys_temporary file;
  int error = sys_open_temporary(place->folder, named, &file);
  if (error != 0) return error;
  if (place->exists) error = sys_keep_attributes(file.descriptor, place);
  if (error == 0) error = sys_write_all(file.descriptor, bytes, count);
  if (error == 0) error = sys_sync(file.descriptor);
  if (error == 0) error = sys_put_in_place(&file, place);
  sys_drop_temporary(&file, place->folder);
  return error;
}

static int write_at(const sys_place *place, const void *bytes, size_t count) {
  if (place->descriptor >= 0) return sys_write_all(place->descriptor, bytes, count);
  int error = check_file(place);
  if (error != 0) return error;
  // A rename would put a file in the device's place, for whoever may do that.
  if (is_special(place)) return write_in_place(place, bytes, count);
  error = write_beside(place, 0, bytes, count);
  // Without /proc, a file that has no name cannot be given one.
  if (error == ENOENT) error = write_beside(place, 1, bytes, count);
  return error != 0 ? error : sys_sync_folder(place->folder);
}

int sys_write_atomically(const char *path, const void *bytes, size_t count) {
  sys_place place;
  int error = sys_find_place(path, &place);
  if (error != 0) return error;
  error = write_at(&place, bytes, count);
  sys_close_place(&place);
  return error;
}

static int check_at(const sys_place *place) {
  if (place->descriptor >= 0) {
    int flags = SYS_TRY(fcntl(place->descriptor, F_GETFL));
    return flags < 0 ? errno : (flags & O_ACCMODE) == O_RDONLY ? EBADF : 0;
  }
  int error = check_file(place);
  if (error != 0 || is_special(place)) return error;
  sys_temporary file;
  error = sys_open_temporary(place->folder, 0, &file);
  if (error != 0) return error;
  sys_drop_temporary(&file, place->folder);
  sys_sweep(place->folder);
  return 0;
}

int sys_check_writable(const char *path) {
  sys_place place;
  int error = sys_find_place(path, &place);
  if (error != 0) return error;
  error = check_at(&place);
  sys_close_place(&place);
  return error;
}
