// Names of what is being written, and what is left of writers that were killed.
#ifndef CSYSTEM_NAMES_H
#define CSYSTEM_NAMES_H

// ".glint-", 16 hexadecimal digits, and an ending: short wherever it stands, hidden, and seen as ours.
enum { SYS_NAME_SIZE = 32 };
#define SYS_FILE_ENDING ".tmp"
#define SYS_FOLDER_ENDING ".draft"

// A name that nobody guesses; 0 or an errno.
int sys_make_name(char name[SYS_NAME_SIZE], const char *ending);

// Locks what is open, so that nobody sweeps it while this process lives; 0, or EAGAIN where somebody is just sweeping
// it. A file system without locks has nobody who sweeps.
int sys_lock(int descriptor);

// Removes files and drafts of processes that are gone from a folder; goes past what cannot be removed.
void sys_sweep(int folder);

#endif
