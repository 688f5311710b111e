// A fork-join pool: one call runs `count` independent tasks on all threads of the pool and returns when all are done.
#ifndef CTHREADS_H
#define CTHREADS_H

#include <stddef.h>
#include <stdint.h>

typedef struct ct_pool ct_pool;

/// A task: `context` is the caller's, `index` is 0 ... count - 1. Tasks of one run must not depend on each other.
typedef void (*ct_task)(void *context, size_t index);

/// Makes a pool of `threads` threads, the calling one among them (1 makes no thread at all), of fewer where the system
/// gives no more: they change no result. NULL when it gives no memory.
ct_pool *ct_pool_create(int threads);

/// Ends the threads and frees the pool. No run may be under way.
void ct_pool_destroy(ct_pool *pool);

/// The number of threads, the calling one among them.
int ct_pool_threads(const ct_pool *pool);

/// Runs task(context, 0 ... count - 1), each once, in any order on any thread, and returns when all are done.
/// `count` is below 2^24. One run at a time; a task must not start another run on the same pool.
/// The result is the same for any number of threads as long as each task writes places of its own.
void ct_pool_run(ct_pool *pool, ct_task task, void *context, size_t count);

/// Lowers the priority of the calling thread: where there is more to do than cores to do it, the program's other
/// threads come first. Linux has a niceness for each thread.
void ct_lower_priority(void);

/// The cores that this process may use, at least 1: the processors of its affinity, but no more than the whole ones
/// that the quota of its control groups gives.
int ct_available_cores(void);

/// The whole cores that the quota of control groups gives, at least 1; INT_MAX where there is none. Version 2 and
/// version 1, groups above included.
///
/// membership: a file like /proc/self/cgroup. root: where control groups are mounted, as in /sys/fs/cgroup.
int ct_quota_cores(const char *membership, const char *root);

/// Nanoseconds of a monotonic clock.
uint64_t ct_now(void);

#endif
