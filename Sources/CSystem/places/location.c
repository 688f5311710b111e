// What a path leads to, so that two names of one file are known as such.
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../calls/calls.h"
#include "../writing/temporary.h"
#include "CSystem.h"
#include "place.h"

static sys_identity identity(const struct stat *status) {
  return (sys_identity){(uint64_t)status->st_dev, (uint64_t)status->st_ino};
}

int sys_locate(const char *path, sys_location *location) {
  memset(location, 0, sizeof *location);
  sys_place place;
  int error = sys_find_place(path, &place);
  struct stat status;
  if (error == SYS_NO_FILE) {  // "." and "photos/" name folders
    if (SYS_TRY(stat(path, &status)) != 0) return errno;
    location->kind = sys_kind(status.st_mode);
    location->itself = identity(&status);
    return 0;
  }
  if (error != 0) return error;
  if (place.descriptor >= 0) {
    location->kind = SYS_IS_OTHER;
  } else if (SYS_TRY(fstat(place.folder, &status)) != 0) {
    error = errno;
  } else {
    location->folder = identity(&status);
    memcpy(location->name, place.name, sizeof place.name);
    location->kind = place.exists ? sys_kind(place.status.st_mode) : SYS_IS_MISSING;
    if (place.exists) location->itself = identity(&place.status);
    if (location->kind == SYS_IS_FILE) location->size = (uint64_t)place.status.st_size;
  }
  sys_close_place(&place);
  return error;
}

int sys_identify_descriptor(int descriptor, sys_identity *itself) {
  struct stat status;
  if (SYS_TRY(fstat(descriptor, &status)) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return SYS_NO_FILE;
  *itself = identity(&status);
  return 0;
}

int sys_minds_case(const char *path) {
  sys_place place;
  if (sys_find_place(path, &place) != 0) return 1;
  int minds = 1;
  sys_temporary file;
  if (place.folder >= 0 && sys_open_temporary(place.folder, 1, &file) == 0) {
    char name[SYS_NAME_SIZE];
    for (size_t index = 0; index < sizeof name; index++) name[index] = (char)toupper(file.name[index]);
    minds = faccessat(place.folder, name, F_OK, 0) != 0;
    sys_drop_temporary(&file, place.folder);
  }
  sys_close_place(&place);
  return minds;
}
