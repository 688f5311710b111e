// What files ask of the system. Swift calls it through these few functions, so that an embedded build, which has no
// module of the C library, calls the same.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stddef.h>

/// What functions here return where the path names something else than a file; 0 is success, all else is an errno.
#define SYS_NO_FILE (-1)

/// Maps a file read-only. An empty file has no bytes: NULL and 0.
int sys_map(const char *path, const void **bytes, size_t *count);

/// Gives back what sys_map gave.
void sys_unmap(const void *bytes, size_t count);

/// Makes the file at `path` of these bytes, whole or not at all: written to a temporary name beside its place, synced,
/// renamed. What stood there is replaced when all is safe, and stays as it was where anything fails. A device or a
/// named pipe stays what it is: the bytes are written to it.
int sys_write_atomically(const char *path, const void *bytes, size_t count);

/// Whether a file could be made at `path`; leaves nothing behind.
int sys_check_writable(const char *path);

/// What sys_begin finds at a path.
enum { SYS_IS_FILE, SYS_IS_FOLDER, SYS_IS_PIPE, SYS_IS_OTHER };

/// Reads up to `room` bytes from the beginning of the file at `path`; how many goes to `count`, and one of the names
/// above to `what`. Only files are read: a named pipe would make the caller wait. 0 or an errno.
int sys_begin(const char *path, void *bytes, size_t room, size_t *count, int *what);

/// An errno in words.
const char *sys_error_text(int error);

#endif
