// Folders that appear when all that is in them is there.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../calls/calls.h"
#include "../places/folders.h"
#include "../places/names.h"
#include "../places/place.h"
#include "CSystem.h"
#include "sync.h"

// A folder is named with and without a '/' behind it.
static char *trimmed(const char *path) {
  size_t count = strlen(path);
  while (count > 1 && path[count - 1] == '/') count--;
  char *text = sys_allocate(count + 1);
  if (text == NULL) return NULL;
  memcpy(text, path, count);
  text[count] = 0;
  return text;
}

static int find_folder_place(const char *path, sys_place *place) {
  char *text = trimmed(path);
  if (text == NULL) return errno;
  int error = sys_find_place(text, place);
  free(text);
  return error;
}

// An empty folder may stand there: a rename puts another in its place.
static int check_free(const sys_place *place) {
  if (place->descriptor >= 0) return SYS_OCCUPIED;
  if (!place->exists) return 0;
  if (!S_ISDIR(place->status.st_mode)) return SYS_OCCUPIED;
  return sys_is_empty_folder(place->folder, place->name) ? 0 : SYS_OCCUPIED;
}

static int open_draft(const sys_place *place, char **draft, int *lock) {
  char name[SYS_NAME_SIZE];
  int error = sys_make_name(name, SYS_FOLDER_ENDING);
  if (error != 0) return error;
  size_t room = strlen(place->folder_path) + sizeof name;
  *draft = sys_allocate(room);
  if (*draft == NULL) return errno;
  snprintf(*draft, room, "%s%s", place->folder_path, name);
  error = SYS_TRY(mkdirat(place->folder, name, 0777)) == 0 ? 0 : errno;
  if (error == 0) {
    SYS_RETRY(*lock, openat(place->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    error = *lock < 0 ? errno : sys_lock(*lock);
    if (error == 0 && place->exists && SYS_TRY(fchmod(*lock, place->status.st_mode & 07777)) != 0) error = errno;
    if (error != 0) unlinkat(place->folder, name, AT_REMOVEDIR);
  }
  if (error == 0) return 0;
  if (*lock >= 0) close(*lock);
  free(*draft);
  *draft = NULL;
  *lock = -1;
  return error;
}

int sys_make_draft(const char *path, char **draft, int *lock) {
  *draft = NULL;
  *lock = -1;
  sys_place place;
  int error = find_folder_place(path, &place);
  if (error != 0) return error;
  error = check_free(&place);
  if (error == 0) {
    sys_sweep(place.folder);
    error = open_draft(&place, draft, lock);
  }
  sys_close_place(&place);
  return error;
}

static int put_in_place(const char *draft, const char *path) {
  sys_place place;
  int error = find_folder_place(path, &place);
  if (error != 0) return error;
  const char *name = strrchr(draft, '/');
  name = name == NULL ? draft : name + 1;
  if (SYS_TRY(renameat(place.folder, name, place.folder, place.name)) != 0) {
    error = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR ? SYS_OCCUPIED : errno;
  }
  if (error == 0) error = sys_sync_folder(place.folder);
  sys_close_place(&place);
  return error;
}

int sys_finish_draft(char *draft, int lock, const char *path) {
  int error = SYS_TRY(syncfs(lock)) == 0 ? 0 : errno;
  if (error == 0) error = put_in_place(draft, path);
  sys_drop_draft(draft, lock);  // nothing has the draft's name any more where it was renamed
  return error;
}

void sys_drop_draft(char *draft, int lock) {
  if (draft != NULL) sys_remove_folder(AT_FDCWD, draft);
  if (lock >= 0) close(lock);
  free(draft);
}
