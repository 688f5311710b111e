#include "CThreads.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "room.h"
#include "wait.h"

// A run is called by one 64-bit word, the order:
//   generation (32 bits) | first job (16 bits) | number of jobs (16 bits)
// Each thread has a word by which its parts of a job are claimed, by itself or by others:
//   stamp: generation (32 bits), place in the run (16 bits) | parts claimed so far (16 bits)
// and one in which it counts the parts that it has done in a run, its own and those of others:
//   generation (32 bits) | parts (32 bits)
// A claim succeeds only with the stamp of the job that is under way: while a claimed part is unfinished no later job
// begins, and before an earlier one's end no thread comes to this one. So a thread that woke late, with an order long
// fulfilled, claims nothing. Words are compared by the sign of their difference, so that generations may come round.

// How long a thread that has no part left waits for those of others before it takes them over. Threads that begin
// together end together; one that the system has taken from its core is worth no more patience than this.
enum { PATIENCE_NANOSECONDS = 2000 };

// How long a thread waits for the next run before it sleeps: longer than from one picture to the next where one follows
// another at once, far shorter than between frames of a camera, when other threads want the cores.
enum { REST_NANOSECONDS = 50000 };

typedef struct {
  _Alignas(128) _Atomic uint64_t claimed;
  _Alignas(128) _Atomic uint64_t done;
  // Did not come in time: others take its parts at once, until it comes.
  _Alignas(128) _Atomic int is_late;
} member;

struct ct_team {
  _Alignas(128) _Atomic uint64_t order;
  _Atomic uint32_t wake_word;  // of a futex, changes with every run
  _Atomic int sleepers;
  _Atomic uint32_t started;  // workers that run; word of a futex
  _Atomic int stop;
  uint32_t generation;
  const ct_job *jobs;
  size_t job_count;
  int threads;
  member *members;
  pthread_t *workers;
};

typedef struct {
  ct_team *team;
  int number;
} worker_start;

static int is_older(uint64_t stamp, uint64_t than) { return (int64_t)((stamp - than) << 16) < 0; }

// One part of thread `owner` in the job of `stamp`, claimed; SIZE_MAX where none is left.
static size_t claim(member *owner, uint64_t stamp, size_t parts) {
  uint64_t word = atomic_load_explicit(&owner->claimed, memory_order_relaxed);
  for (;;) {
    uint64_t taken = 0;
    if (word >> 16 == stamp) taken = word & 0xffff;
    else if (!is_older(word >> 16, stamp)) return SIZE_MAX;
    if (taken >= parts) return SIZE_MAX;
    if (atomic_compare_exchange_weak_explicit(&owner->claimed, &word, stamp << 16 | (taken + 1), memory_order_acq_rel,
                                              memory_order_relaxed))
      return taken;
  }
}

// Runs what is left of thread `owner`'s parts of a job; whether there was any. They are counted at the end: each
// change of the count fetches its cache line back from those who look at it, and the next claim would wait for that.
static int run_parts(ct_team *team, member *self, int owner, uint64_t stamp, const ct_job *job) {
  size_t threads = (size_t)team->threads;
  size_t first = job->parts * (size_t)owner / threads;
  size_t parts = job->parts * ((size_t)owner + 1) / threads - first;
  uint64_t run = 0;
  for (size_t part; (part = claim(&team->members[owner], stamp, parts)) != SIZE_MAX; run++)
    job->task(job->context, first + part);
  if (run == 0) return 0;
  uint64_t done = atomic_load_explicit(&self->done, memory_order_relaxed);
  if (done >> 32 != stamp >> 16) done = stamp >> 16 << 32;
  atomic_store_explicit(&self->done, done + run, memory_order_release);
  return 1;
}

// Whether `parts` parts of a run are done, or the run is over.
static int are_done(const ct_team *team, uint32_t generation, uint64_t parts) {
  uint64_t done = 0;
  for (int i = 0; i < team->threads; i++) {
    uint64_t word = atomic_load_explicit(&team->members[i].done, memory_order_acquire);
    int32_t age = (int32_t)((uint32_t)(word >> 32) - generation);
    if (age > 0) return 1;
    if (age == 0) done += word & 0xffffffff;
  }
  return done >= parts;
}

// Takes over what others have not begun: all of it, or that of threads known to be late.
static int help(ct_team *team, int number, uint64_t stamp, const ct_job *job, int all) {
  int has_helped = 0;
  for (int step = 1; step < team->threads; step++) {
    int other = (number + step) % team->threads;
    member *owner = &team->members[other];
    int is_late = atomic_load_explicit(&owner->is_late, memory_order_relaxed);
    if (!all && !is_late) continue;
    int has_come = !is_older(atomic_load_explicit(&owner->claimed, memory_order_relaxed) >> 16, stamp);
    if (!run_parts(team, &team->members[number], other, stamp, job)) continue;
    // One that has not come to this job at all is not expected at the next either.
    if (!is_late && !has_come) atomic_store_explicit(&owner->is_late, 1, memory_order_relaxed);
    has_helped = 1;
  }
  return has_helped;
}

// Waits until `parts` parts of the run are done, and helps where that takes long.
static void await_others(ct_team *team, int number, uint64_t stamp, const ct_job *job, uint64_t parts) {
  uint32_t generation = (uint32_t)(stamp >> 16);
  if (are_done(team, generation, parts)) return;
  help(team, number, stamp, job, 0);
  uint64_t start = 0;
  for (unsigned polls = 1; !are_done(team, generation, parts); polls++) {
    pause_briefly();
    if (polls % PAUSES_PER_CLOCK_READ != 0) continue;
    uint64_t now = ct_now();
    if (start == 0) start = now;
    if (now - start < PATIENCE_NANOSECONDS) continue;
    // What is begun cannot be taken over; whoever computes it may need this core.
    if (!help(team, number, stamp, job, 1) && now - start > SPIN_NANOSECONDS) sched_yield();
  }
}

static void take_part(ct_team *team, int number, uint64_t order) {
  member *self = &team->members[number];
  size_t first = order >> 16 & 0xffff, count = order & 0xffff;
  uint64_t parts = 0, stamp = order >> 32 << 16;
  for (const ct_job *job = team->jobs + first; job < team->jobs + first + count; job++, stamp++) {
    if (run_parts(team, self, number, stamp, job) && atomic_load_explicit(&self->is_late, memory_order_relaxed))
      atomic_store_explicit(&self->is_late, 0, memory_order_relaxed);
    parts += job->parts;
    await_others(team, number, stamp, job, parts);
  }
}

static void *worker(void *argument) {
  worker_start start = *(worker_start *)argument;
  ct_team *team = start.team;
  uint64_t past = 0;
  atomic_fetch_add(&team->started, 1);
  wake_sleepers(&team->started, 1);
  for (;;) {
    uint32_t seen = atomic_load(&team->wake_word);
    // A thread that starts after the team's end has begun sees the last change of `wake_word` already.
    if (atomic_load(&team->stop)) return NULL;
    uint64_t order = atomic_load(&team->order);
    if (order != past) {
      take_part(team, start.number, order);
      past = order;
    }
    if (changes_within(&team->wake_word, seen, REST_NANOSECONDS)) continue;
    atomic_fetch_add(&team->sleepers, 1);
    sleep_while(&team->wake_word, seen);
    atomic_fetch_sub(&team->sleepers, 1);
  }
}

static void start_workers(ct_team *team, int threads) {
  worker_start starts[threads];
  void *room = keep_room();
  for (int i = 1; room != MAP_FAILED && i < threads; i++) {
    starts[i] = (worker_start){team, i};
    if (pthread_create(&team->workers[i - 1], NULL, worker, &starts[i]) != 0) break;
    team->threads = i + 1;
  }
  leave_room(room);
  await_started(&team->started, (uint32_t)team->threads - 1);
}

ct_team *ct_team_create(int threads, const ct_job *jobs, size_t count) {
  assert(count <= 0xffff);
  if (threads < 1) threads = 1;
  ct_team *team = NULL;
  if (posix_memalign((void **)&team, 128, sizeof *team) != 0) return NULL;
  *team = (ct_team){.jobs = jobs, .job_count = count, .threads = 1};
  if (threads == 1) return team;
  size_t bytes = sizeof *team->members * (size_t)threads;
  team->workers = calloc((size_t)threads - 1, sizeof *team->workers);
  if (team->workers == NULL || posix_memalign((void **)&team->members, 128, bytes) != 0) {
    ct_team_destroy(team);
    return NULL;
  }
  for (int i = 0; i < threads; i++) team->members[i] = (member){0};
  start_workers(team, threads);
  return team;
}

void ct_team_destroy(ct_team *team) {
  if (team == NULL) return;
  atomic_store(&team->stop, 1);
  call_workers(&team->wake_word, &team->sleepers, team->threads);
  for (int i = 0; i < team->threads - 1; i++) pthread_join(team->workers[i], NULL);
  free(team->members);
  free(team->workers);
  free(team);
}

void ct_team_run(ct_team *team, size_t first, size_t count) {
  assert(first + count <= team->job_count);
  const ct_job *jobs = team->jobs + first;
  size_t most = 0;
  for (const ct_job *job = jobs; job < jobs + count; job++) most = job->parts > most ? job->parts : most;
  if (team->threads == 1 || most <= 1) {
    for (const ct_job *job = jobs; job < jobs + count; job++)
      for (size_t part = 0; part < job->parts; part++) job->task(job->context, part);
    return;
  }
  team->generation++;
  uint64_t order = (uint64_t)team->generation << 32 | (uint64_t)first << 16 | count;
  atomic_store(&team->order, order);
  call_workers(&team->wake_word, &team->sleepers, team->threads);
  take_part(team, 0, order);
}
