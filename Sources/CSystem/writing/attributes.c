#include "attributes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../calls/calls.h"

// A file system without owners or modes, and a user who may not give files away, are no failure.
static int is_refusal(int error) { return error == EPERM || error == ENOTSUP || error == ENOSYS || error == EINVAL; }

// Copies one attribute; what this user may not copy is left out.
static int copy_attribute(int from, int to, const char *name) {
  ssize_t count = fgetxattr(from, name, NULL, 0);
  if (count < 0) return 0;
  char *value = sys_allocate((size_t)count + 1);
  if (value == NULL) return errno;
  count = fgetxattr(from, name, value, (size_t)count);
  int error = count < 0 || SYS_TRY(fsetxattr(to, name, value, (size_t)count, 0)) == 0 ? 0 : errno;
  free(value);
  return is_refusal(error) || error == EACCES ? 0 : error;
}

// Access control lists are among them.
static int copy_attributes(int from, int to) {
  ssize_t count = flistxattr(from, NULL, 0);
  if (count <= 0) return 0;
  char *names = sys_allocate((size_t)count);
  if (names == NULL) return errno;
  count = flistxattr(from, names, (size_t)count);
  int error = 0;
  for (const char *name = names; error == 0 && name < names + count; name += strlen(name) + 1) {
    error = copy_attribute(from, to, name);
  }
  free(names);
  return error;
}

int sys_keep_attributes(int descriptor, const sys_place *place) {
  struct stat own;
  if (SYS_TRY(fstat(descriptor, &own)) != 0) return errno;
  mode_t mode = place->status.st_mode & 0777;
  uid_t owner = place->status.st_uid;
  gid_t group = place->status.st_gid;
  if ((own.st_uid != owner || own.st_gid != group) && SYS_TRY(fchown(descriptor, owner, group)) != 0) {
    if (!is_refusal(errno)) return errno;
    // Another group must not get what this one's members were granted.
    if (own.st_gid != group && fchown(descriptor, (uid_t)-1, group) != 0) mode &= (mode & 07) << 3 | 0707;
  }
  if ((own.st_mode & 0777) != mode && SYS_TRY(fchmod(descriptor, mode)) != 0 && !is_refusal(errno)) return errno;
  int old = openat(place->folder, place->name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (old < 0) return 0;
  int error = copy_attributes(old, descriptor);
  close(old);
  return error;
}
