// Bytes and names that are safe where the power fails.
#ifndef CSYSTEM_SYNC_H
#define CSYSTEM_SYNC_H

// Waits until what was written is on the disk; 0 or an errno. What has no disk, as a pipe, is no failure.
int sys_sync(int descriptor);

// The same for the names in a folder, open in any way: a rename is safe only then. A folder that may not be read, or
// whose file system syncs none, is no failure.
int sys_sync_folder(int folder);

#endif
