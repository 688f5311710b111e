// The file that is written beside its place, and then put there.
#ifndef CSYSTEM_TEMPORARY_H
#define CSYSTEM_TEMPORARY_H

#include "../places/names.h"
#include "../places/place.h"

// Without a name (O_TMPFILE) nothing is left of a process that is killed; where the file system has no such files, and
// while it takes the place of an older one, it has a name and is locked.
typedef struct {
  int descriptor;
  int has_name;
  char name[SYS_NAME_SIZE];
} sys_temporary;

// Opens one in a folder, with a name from the start where `named` is not 0; 0 or an errno.
int sys_open_temporary(int folder, int named, sys_temporary *file);

// Closes what was written, so that errors that show at last are seen, and gives it its place; 0 or an errno, and then
// the file that stood there stands as it was.
int sys_put_in_place(sys_temporary *file, const sys_place *place);

// Removes what was not put in its place, and closes it.
void sys_drop_temporary(sys_temporary *file, int folder);

#endif
