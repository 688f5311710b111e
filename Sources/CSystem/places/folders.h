// What is in folders.
#ifndef CSYSTEM_FOLDERS_H
#define CSYSTEM_FOLDERS_H

// Removes a folder and all in it; never follows a link.
void sys_remove_folder(int parent, const char *name);

// Whether there is nothing in a folder; 0 also where it cannot be read.
int sys_is_empty_folder(int parent, const char *name);

#endif
