#include "names.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../calls/calls.h"
#include "folders.h"

static const char beginning[] = ".glint-";
enum { DIGITS = 16 };

int sys_make_name(char name[SYS_NAME_SIZE], const char *ending) {
  uint64_t number;
  ssize_t count;
  SYS_RETRY(count, getrandom(&number, sizeof number, 0));
  if (count != sizeof number) return count < 0 ? errno : EIO;
  snprintf(name, SYS_NAME_SIZE, "%s%016llx%s", beginning, (unsigned long long)number, ending);
  return 0;
}

static int is_ours(const char *name, const char *ending) {
  size_t start = sizeof beginning - 1;
  return strncmp(name, beginning, start) == 0 && strspn(name + start, "0123456789abcdef") == DIGITS &&
         strcmp(name + start + DIGITS, ending) == 0;
}

int sys_lock(int descriptor) {
  if (SYS_TRY(flock(descriptor, LOCK_EX | LOCK_NB)) == 0 || errno == ENOLCK || errno == ENOTSUP || errno == EINVAL) {
    return 0;
  }
  return errno == EWOULDBLOCK ? EAGAIN : errno;
}

// Whether nobody holds what is open, and it is this user's.
static int is_left_over(int descriptor, mode_t kind) {
  struct stat status;
  return fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) == kind && status.st_uid == geteuid() &&
         flock(descriptor, LOCK_EX | LOCK_NB) == 0;
}

static void sweep_entry(int folder, const char *name) {
  int is_folder = is_ours(name, SYS_FOLDER_ENDING);
  if (!is_folder && !is_ours(name, SYS_FILE_ENDING)) return;
  // Open for writing, since locks over a network ask for that.
  int flags = is_folder ? O_RDONLY | O_DIRECTORY : O_RDWR;
  int descriptor = openat(folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return;
  if (is_left_over(descriptor, is_folder ? S_IFDIR : S_IFREG)) {
    if (is_folder) sys_remove_folder(folder, name);
    else unlinkat(folder, name, 0);
  }
  close(descriptor);
}

void sys_sweep(int folder) {
  int descriptor = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = descriptor < 0 ? NULL : fdopendir(descriptor);
  if (stream == NULL) {
    if (descriptor >= 0) close(descriptor);
    return;
  }
  for (struct dirent *entry = readdir(stream); entry != NULL; entry = readdir(stream)) {
    sweep_entry(folder, entry->d_name);
  }
  closedir(stream);
}
