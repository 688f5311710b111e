// Stands between `glint` and the system, for what is done below one folder: at a call that is named, the program is
// killed before it is made, or the disk is full from there on. Loaded with LD_PRELOAD; GLINT_FAULTS names a file of
// four 32-bit numbers that a test shares with it, and GLINT_FAULTS_FOLDER the folder.

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  int32_t armed;  // 0: nothing happens, and nothing is counted
  int32_t call;   // at this one, from 1 up
  int32_t error;  // what calls fail with from there on; 0 kills
  int32_t made;   // so far
} plan;

static plan *shared;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("GLINT_FAULTS");
  folder = getenv("GLINT_FAULTS_FOLDER");
  if (!path || !folder) return;
  int descriptor = open(path, O_RDWR | O_CLOEXEC);
  void *place = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (place != MAP_FAILED) shared = place;
}

static int is_inside(const char *path) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

// Whether a name below an open folder, or an open file where there is no name, lies in the folder.
static int concerns(int descriptor, const char *path) {
  if (!shared || !shared->armed) return 0;
  if (path && path[0] == '/') return is_inside(path);
  char link[64], place[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  if (descriptor == AT_FDCWD) strcpy(link, "/proc/self/cwd");
  ssize_t count = readlink(link, place, sizeof place - 1);
  if (count < 0) return 0;
  place[count] = 0;
  return is_inside(place);
}

// Whether a call fails; `needs_room` where it does so on a full disk.
static int fails(int needs_room) {
  int32_t number = __atomic_add_fetch(&shared->made, 1, __ATOMIC_SEQ_CST);
  if (number < shared->call) return 0;
  if (shared->error == 0) kill(getpid(), SIGKILL);
  if (!needs_room) return 0;
  errno = shared->error;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  int makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
  if (makes && concerns(AT_FDCWD, path) && fails(1)) return -1;
  return REAL(open)(path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  int makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
  if (makes && concerns(at, path) && fails(1)) return -1;
  return REAL(openat)(at, path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  if (concerns(descriptor, NULL) && fails(1)) return -1;
  return REAL(write)(descriptor, bytes, count);
}

int fsync(int descriptor) {
  if (concerns(descriptor, NULL) && fails(1)) return -1;
  return REAL(fsync)(descriptor);
}

int linkat(int from, const char *old, int to, const char *new, int flags) {
  if (concerns(to, new) && fails(1)) return -1;
  return REAL(linkat)(from, old, to, new, flags);
}

int rename(const char *old, const char *new) {
  if (concerns(AT_FDCWD, new) && fails(0)) return -1;
  return REAL(rename)(old, new);
}

int renameat(int from, const char *old, int to, const char *new) {
  if (concerns(to, new) && fails(0)) return -1;
  return REAL(renameat)(from, old, to, new);
}

int mkdir(const char *path, mode_t mode) {
  if (concerns(AT_FDCWD, path) && fails(1)) return -1;
  return REAL(mkdir)(path, mode);
}

int unlink(const char *path) {
  if (concerns(AT_FDCWD, path) && fails(0)) return -1;
  return REAL(unlink)(path);
}

int unlinkat(int at, const char *path, int flags) {
  if (concerns(at, path) && fails(0)) return -1;
  return REAL(unlinkat)(at, path, flags);
}

int rmdir(const char *path) {
  if (concerns(AT_FDCWD, path) && fails(0)) return -1;
  return REAL(rmdir)(path);
}
