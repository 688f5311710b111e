#include "place.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../calls/calls.h"
#include "CSystem.h"

int sys_kind(mode_t mode) {
  if (S_ISREG(mode)) return SYS_IS_FILE;
  if (S_ISDIR(mode)) return SYS_IS_FOLDER;
  return S_ISFIFO(mode) ? SYS_IS_PIPE : SYS_IS_OTHER;
}

// As many links as the kernel follows.
enum { MOST_LINKS = 40 };

// The number of the descriptor that a path names, -1 for all others. Such a path leads to what is open, and cannot be
// read as a link: a pipe has no path.
static int named_descriptor(const char *path) {
  if (strcmp(path, "/dev/stdin") == 0) return 0;
  if (strcmp(path, "/dev/stdout") == 0) return 1;
  if (strcmp(path, "/dev/stderr") == 0) return 2;
  static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
  for (size_t index = 0; index < sizeof folders / sizeof folders[0]; index++) {
    size_t count = strlen(folders[index]);
    if (strncmp(path, folders[index], count) != 0 || path[count] == 0) continue;
    char *end;
    long number = strtol(path + count, &end, 10);
    if (*end == 0 && number >= 0 && number <= INT_MAX) return (int)number;
  }
  return -1;
}

static char *joined(const char *first, size_t first_count, const char *second) {
  size_t second_count = strlen(second);
  char *text = sys_allocate(first_count + second_count + 1);
  if (text == NULL) return NULL;
  memcpy(text, first, first_count);
  memcpy(text + first_count, second, second_count + 1);
  return text;
}

// One step: opens the folder of `path` and looks at the name in it.
static int look(const char *path, sys_place *place) {
  const char *slash = strrchr(path, '/');
  const char *name = slash == NULL ? path : slash + 1;
  if (path[0] == 0) return ENOENT;
  if (name[0] == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return SYS_NO_FILE;
  if (strlen(name) >= sizeof place->name) return ENAMETOOLONG;
  strcpy(place->name, name);
  place->folder_path = joined(path, (size_t)(name - path), "");
  if (place->folder_path == NULL) return errno;
  const char *folder = place->folder_path[0] == 0 ? "." : place->folder_path;
  SYS_RETRY(place->folder, open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (place->folder < 0) return errno;
  place->exists = SYS_TRY(fstatat(place->folder, name, &place->status, AT_SYMLINK_NOFOLLOW)) == 0;
  return place->exists || errno == ENOENT ? 0 : errno;
}

// Replaces `path` by where the link at `place` leads to.
static int follow(sys_place *place, char **path) {
  char target[PATH_MAX];
  ssize_t count = SYS_TRY(readlinkat(place->folder, place->name, target, sizeof target));
  if (count < 0) return errno;
  if (count == sizeof target) return ENAMETOOLONG;
  target[count] = 0;
  size_t kept = target[0] == '/' ? 0 : strlen(place->folder_path);
  char *next = joined(place->folder_path, kept, target);
  if (next == NULL) return errno;
  free(*path);
  *path = next;
  return 0;
}

int sys_find_place(const char *path, sys_place *place) {
  char *current = joined(path, strlen(path), "");
  if (current == NULL) return errno;
  int error = ELOOP;
  for (int links = 0; links <= MOST_LINKS; links++) {
    *place = (sys_place){.descriptor = named_descriptor(current), .folder = -1};
    error = place->descriptor >= 0 ? 0 : look(current, place);
    if (error != 0 || !place->exists || !S_ISLNK(place->status.st_mode)) break;
    error = follow(place, &current);
    if (error != 0) break;
    sys_close_place(place);
    error = ELOOP;
  }
  free(current);
  if (error != 0) sys_close_place(place);
  return error;
}

void sys_close_place(sys_place *place) {
  if (place->folder >= 0) close(place->folder);
  free(place->folder_path);
  place->folder = -1;
  place->folder_path = NULL;
}
