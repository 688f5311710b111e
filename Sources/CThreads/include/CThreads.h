// Threads in three ways. A pool: one call runs `count` independent tasks on all its threads and returns when all are
// done. A team: its threads go through a list of jobs, one after the other, without leaving it in between, which is
// what a network is, layer by layer. And one alone, for work that lasts.
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

/// A task of a team: computes the parts first ..< end of a job.
typedef void (*ct_range_task)(void *context, size_t first, size_t end);

/// A job of `parts` parts, each computed once. Parts of one job must not depend on each other.
typedef struct {
  ct_range_task task;
  void *context;
  size_t parts;   // the finest that the job may be cut up
  size_t pieces;  // in how many a thread takes its parts, at least 1: others take over those that it has not begun
} ct_job;

typedef struct ct_team ct_team;

/// Makes a team of `threads` threads, the calling one among them (1 makes no thread at all), of fewer where the system
/// gives no more: they change no result. NULL when it gives no memory.
///
/// jobs: the list, `count` of them, at most 65,535, of at most 65,535 parts each; stays readable and as it is as long
/// as the team.
ct_team *ct_team_create(int threads, const ct_job *jobs, size_t count);

/// Ends the threads and frees the team. No run may be under way.
void ct_team_destroy(ct_team *team);

/// Runs jobs first ... first + count - 1 of the list in turn: no part begins before all parts of the jobs before it are
/// done. Returns when all are. One run at a time.
///
/// Thread t takes the parts from ct_team_first_part(t) to that of t + 1 of each job, so that what it wrote in one job
/// is in its own cache for the next: as many as every other, or fewer where its core is slower, by what runs of the
/// whole list took. A thread that is late loses parts to those that wait for them.
/// The result is the same for any number of threads as long as each part writes places of its own.
void ct_team_run(ct_team *team, size_t first, size_t count);

/// The first part of thread `thread`'s of a job of `parts` parts in the last run; `parts` for the number of threads.
size_t ct_team_first_part(const ct_team *team, size_t parts, int thread);

/// Gives the threads other shares of each job until measured ones move them. No run may be under way.
///
/// starts: where each thread's share begins, in 1/65,536 of a job: 0 first, ascending, 65,536 last; one more than there
/// are threads.
void ct_team_share(ct_team *team, const uint32_t *starts);

/// Moves shares halfway to where all threads would end together, and to equal ones where these would be as good. None
/// becomes less than 1/8 of an equal one. Changes nothing for less than 1/16 of the time; whether it did.
///
/// starts: as in ct_team_share. paces: what each thread would take for a job alone, in any unit; none is 0.
int ct_adapt_shares(uint32_t *starts, const uint64_t *paces, int threads);

/// What a thread of its own does from its beginning to its end.
typedef void (*ct_body)(void *context);

/// Starts a thread that nobody waits for; of its name Linux keeps 15 bytes. 0, or -1 where the system gives no thread:
/// then `body` is not called.
int ct_start_thread(const char *name, ct_body body, void *context);

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
