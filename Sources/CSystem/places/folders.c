#include "folders.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "CSystem.h"

static DIR *open_folder(int parent, const char *name, int flags) {
  int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
  DIR *stream = descriptor < 0 ? NULL : fdopendir(descriptor);
  if (stream == NULL && descriptor >= 0) close(descriptor);
  return stream;
}

// The next entry but "." and ".."; NULL behind the last.
static const char *next_name(DIR *stream) {
  struct dirent *entry = readdir(stream);
  while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)) {
    entry = readdir(stream);
  }
  return entry == NULL ? NULL : entry->d_name;
}

void sys_remove_folder(int parent, const char *name) {
  DIR *stream = open_folder(parent, name, O_NOFOLLOW);
  if (stream != NULL) {
    for (const char *entry = next_name(stream); entry != NULL; entry = next_name(stream)) {
      if (unlinkat(dirfd(stream), entry, 0) != 0) sys_remove_folder(dirfd(stream), entry);
    }
    closedir(stream);
  }
  unlinkat(parent, name, AT_REMOVEDIR);
}

int sys_is_empty_folder(int parent, const char *name) {
  DIR *stream = open_folder(parent, name, 0);
  if (stream == NULL) return 0;
  int is_empty = next_name(stream) == NULL;
  closedir(stream);
  return is_empty;
}

// Folders that were entered, so that links that lead back up end.
typedef struct {
  const sys_identity *wanted;
  size_t wanted_count;
  void *context;
  void (*found)(void *, size_t);
  sys_identity *seen;
  size_t seen_count, room;
} search;

static int is_same(sys_identity one, const struct stat *other) {
  return one.device == (uint64_t)other->st_dev && one.inode == (uint64_t)other->st_ino;
}

// Whether a folder is entered for the first time.
static int enter(search *state, const struct stat *status) {
  for (size_t index = 0; index < state->seen_count; index++) {
    if (is_same(state->seen[index], status)) return 0;
  }
  if (state->seen_count == state->room) {
    size_t room = state->room * 2 + 16;
    sys_identity *seen = realloc(state->seen, room * sizeof *seen);
    if (seen == NULL) return 0;
    state->seen = seen;
    state->room = room;
  }
  state->seen[state->seen_count++] = (sys_identity){(uint64_t)status->st_dev, (uint64_t)status->st_ino};
  return 1;
}

static void look_into(search *state, int parent, const char *name) {
  DIR *stream = open_folder(parent, name, 0);
  if (stream == NULL) return;
  struct stat status;
  int is_new = fstat(dirfd(stream), &status) == 0 && enter(state, &status);
  for (const char *entry = is_new ? next_name(stream) : NULL; entry != NULL; entry = next_name(stream)) {
    if (fstatat(dirfd(stream), entry, &status, 0) != 0) continue;
    if (S_ISDIR(status.st_mode)) look_into(state, dirfd(stream), entry);
    for (size_t index = 0; index < state->wanted_count; index++) {
      if (is_same(state->wanted[index], &status)) state->found(state->context, index);
    }
  }
  closedir(stream);
}

void sys_search_folder(const char *path, const sys_identity *wanted, size_t count, void *context,
                       void (*found)(void *, size_t)) {
  search state = {.wanted = wanted, .wanted_count = count, .context = context, .found = found};
  look_into(&state, AT_FDCWD, path);
  free(state.seen);
}
