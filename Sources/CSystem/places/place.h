// Where a path leads to, its last links followed: a folder, a name in it, and what stands there.
#ifndef CSYSTEM_PLACE_H
#define CSYSTEM_PLACE_H

#include <sys/stat.h>

typedef struct {
  // The descriptor that the path names, as /dev/stdout does; -1 for all others, and then the rest is set.
  int descriptor;
  // The folder as text, ending with '/' or empty, and open as O_PATH: a folder may be written to that may not be read.
  char *folder_path;
  int folder;
  char name[256];
  // Whether something stands there, and what.
  int exists;
  struct stat status;
} sys_place;

// 0, an errno, or SYS_NO_FILE where the path can only name a folder. The place is closed by sys_close_place after
// success alone.
int sys_find_place(const char *path, sys_place *place);

void sys_close_place(sys_place *place);

// SYS_IS_FILE and so on, by a mode.
int sys_kind(mode_t mode);

#endif
