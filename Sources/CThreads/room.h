// Memory that stays free for others while threads are made.
#ifndef CTHREADS_ROOM_H
#define CTHREADS_ROOM_H

#include <stddef.h>
#include <sys/mman.h>

/// What the rest of a program is left where a limit of address space (RLIMIT_AS) lets no further thread have its stack:
/// without it, threads would be made until nothing is left for the buffers that they are to work on.
#define ROOM_BYTES ((size_t)96 << 20)

/// Sets the room aside; MAP_FAILED where there is not even so much, and then no thread should be made.
static inline void *keep_room(void) {
  return mmap(NULL, ROOM_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/// Gives it back.
static inline void leave_room(void *room) {
  if (room != MAP_FAILED) munmap(room, ROOM_BYTES);
}

#endif
