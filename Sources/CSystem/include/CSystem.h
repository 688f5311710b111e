// What files ask of the system. Swift calls it through these few functions, so that an embedded build, which has no
// module of the C library, calls the same.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stddef.h>
#include <stdint.h>

// What functions here return: 0 for success, an errno, or one of these.

/// The path names something else than a file.
#define SYS_NO_FILE (-1)
/// The file that stands there may not be written.
#define SYS_READ_ONLY (-2)
/// Something else than an empty folder stands where a folder is to be made.
#define SYS_OCCUPIED (-4)
/// Something stands where a file is to be new.
#define SYS_EXISTS (-5)
/// The file that stands there was made by somebody else.
#define SYS_FOREIGN (-6)
/// Another program writes the file.
#define SYS_BUSY (-7)
/// A program ended by a signal, or with another status than 0.
#define SYS_FAILED (-8)

/// Maps a file read-only. An empty file has no bytes: NULL and 0.
int sys_map(const char *path, const void **bytes, size_t *count);

/// Gives back what sys_map gave.
void sys_unmap(const void *bytes, size_t count);

/// Makes the file at `path` of these bytes, whole or not at all: written beside its place without a name or under one
/// that nobody guesses, synced, then put in its place. What stood there is replaced when all is safe, and stays as it
/// was where anything fails. Links are followed and stay; mode, owner and extended attributes of an older file are
/// kept; one that is read-only is refused. A device, a named pipe or a descriptor such as /dev/stdout stays what it is:
/// the bytes are written to it.
int sys_write_atomically(const char *path, const void *bytes, size_t count);

/// Whether sys_write_atomically could make a file at `path`; leaves nothing behind, and removes what writers that were
/// killed have left in that folder.
int sys_check_writable(const char *path);

/// What stands at a path, links followed.
enum { SYS_IS_FILE, SYS_IS_FOLDER, SYS_IS_PIPE, SYS_IS_OTHER, SYS_IS_MISSING };

/// Reads up to `room` bytes from the beginning of the file at `path`; how many goes to `count`, and one of the names
/// above to `what`. Only files are read: a named pipe would make the caller wait. 0 or an errno.
int sys_begin(const char *path, void *bytes, size_t room, size_t *count, int *what);

/// Makes a folder beside `path`, under a name that nobody guesses, that is to become `path`: nothing may stand there
/// yet but an empty folder.
///
/// - Parameters:
///   - draft: its path, to be freed by one of the next two functions.
///   - lock: a descriptor that tells other processes that its maker lives.
int sys_make_draft(const char *path, char **draft, int *lock);

/// Syncs a draft and gives it its name; it is removed where that fails.
int sys_finish_draft(char *draft, int lock, const char *path);

/// Removes a draft with all that is in it.
void sys_drop_draft(char *draft, int lock);

/// Makes a file that was not there, and does not sync it: for files of a draft. ~sys_finish_draft syncs them.
int sys_write_new(const char *path, const void *bytes, size_t count);

/// Makes a folder that was not there.
int sys_make_folder(const char *path);

/// Makes a folder, and those above it, where they are missing.
int sys_make_folders(const char *path);

/// Removes a file, or a link to one.
int sys_remove(const char *path);

/// Opens a new file to be written at its end. The descriptor, or -1 with `error`: SYS_EXISTS where something stands
/// there.
int sys_open_new(const char *path, int *error);

/// Opens a file that grows by whole lines, made where it is missing. One that stands there must begin with `header`, a
/// line with its end, and is locked against others that ask this way; what stands behind its last whole line is cut
/// off, and `torn` says how many bytes that was. A device or a pipe gets the header and is written to.
///
/// The descriptor, or -1; 0, an errno, SYS_NO_FILE, SYS_READ_ONLY, SYS_FOREIGN or SYS_BUSY.
int sys_open_lines(const char *path, const void *header, size_t count, int *descriptor, size_t *torn);

/// Adds whole lines in one write, all or nothing, behind the header where the file is empty.
int sys_add_lines(int descriptor, const void *header, size_t header_count, const void *bytes, size_t count);

/// Waits until the disk has what was written.
int sys_sync_data(int descriptor);

/// Writes all bytes to a descriptor, also one that does not block; goes on where it is interrupted.
int sys_write_all(int descriptor, const void *bytes, size_t count);

/// Closes a descriptor; what it could not write shows here at last.
int sys_close(int descriptor);

/// Gives standard input, output and error that are closed a descriptor each on which reading or writing fails, so that
/// no file that is opened later gets their numbers and with them their words.
void sys_fill_standard_descriptors(void);

/// Runs a program and waits for its end; its input is empty, and its errors go nowhere.
///
/// - Parameters:
///   - arguments: the path of the program, what it is given, NULL.
///   - bytes: gets what it prints, of which no more than `room` bytes are kept.
int sys_run_program(char *const *arguments, void *bytes, size_t room, size_t *count);

/// Columns of the terminal behind a descriptor; 0 where it is none, or does not know.
int sys_terminal_columns(int descriptor);

/// A file or folder, whatever its name.
typedef struct {
  uint64_t device, inode;
} sys_identity;

/// Where a path leads to, links followed: also one that leads to nothing yet.
typedef struct {
  /// One of SYS_IS_FILE and so on.
  int kind;
  /// 0 and 0 where it is missing.
  sys_identity itself;
  sys_identity folder;
  /// Bytes of a file; 0 of anything else.
  uint64_t size;
  /// Its name in that folder, ended by 0.
  char name[256];
} sys_location;

/// Finds out where a path leads to.
int sys_locate(const char *path, sys_location *location);

/// What an open descriptor is, where it is a file; SYS_NO_FILE otherwise.
int sys_identify_descriptor(int descriptor, sys_identity *identity);

/// Looks for a file of `wanted` in a folder and in those within it, links followed; calls `found` with its place in
/// `wanted` for each, and goes past what cannot be read.
void sys_search_folder(const char *path, const sys_identity *wanted, size_t count, void *context,
                       void (*found)(void *, size_t));

/// Whether names in the folder of `path` differ by upper and lower case; 0 where they do not, 1 also where it cannot be
/// found out.
int sys_minds_case(const char *path);

/// A program that runs beside this one. Its descriptors are not waited for by reads; -1 where there is none.
typedef struct {
  int process;
  int output;  // what it prints
  int errors;  // what it prints on standard error
  int extra;   // what it writes to its descriptor 3
} sys_child;

/// Starts a program, looked for in $PATH, with an empty input and in a group of its own: 0 or an errno, ENOENT where it
/// is not installed.
///
/// arguments: its name, what it is given, NULL. wants_extra: whether it gets a descriptor 3.
int sys_start_child(char *const *arguments, int wants_extra, sys_child *child);

/// Closes the descriptors, has the program end if it `is_stopped`, in a second at the latest, and waits for it: 0 where
/// it ended well, SYS_FAILED where not.
int sys_end_child(sys_child *child, int is_stopped);

/// For tests: lets the call of the system that this thread makes in this room as number `number` from now on, 1 being
/// the next, fail once with `error`; 0 lets none fail. A write of SYS_SHORT_WRITE writes one byte and fails not.
void sys_fail_call(int number, int error);

/// For tests: whether files of this thread have names from the start, as on file systems that know no others.
void sys_name_from_start(int yes);

/// How many calls this thread has made since.
int sys_calls_made(void);

#define SYS_SHORT_WRITE (-3)

/// An errno in words.
const char *sys_error_text(int error);

#endif
