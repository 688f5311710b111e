// Counts what a thread asks of the allocator, by standing before glibc's malloc in the test program.
#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stddef.h>
#include <stdint.h>

/// Calls of malloc, calloc, realloc, aligned_alloc and posix_memalign by this thread so far.
size_t ca_allocations(void);

/// Runs work(context) on a thread of its own and returns how many system calls it tried to make, by a seccomp filter
/// that turns them away; SIZE_MAX where the system offers no such filter.
size_t ca_system_calls(void (*work)(void *), void *context);

/// Maps memory of which the last `bytes` bytes end where an unmapped page begins, all bytes set to `fill`; NULL when
/// the system has none.
void *ca_guarded(size_t bytes, int fill);

/// Unmaps what `ca_guarded` gave for so many bytes: a process may have some ten thousands of maps.
void ca_unmap_guarded(void *memory, size_t bytes);

#endif
