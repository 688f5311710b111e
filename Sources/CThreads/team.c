#include <assert.h>
#include <sched.h>
#include <stdlib.h>

#include "room.h"
#include "team.h"
#include "wait.h"

// A run is called by one 64-bit word, the order:
//   generation (32 bits) | first job (16 bits) | number of jobs (16 bits)
// Each thread has a word by which the pieces of its share of a job are claimed, by itself or by others:
//   stamp: generation (32 bits), place in the run (16 bits) | pieces claimed so far (16 bits)
// and one in which it counts the parts that it has done in a run, its own and those of others:
//   generation (32 bits) | parts (32 bits)
// A claim succeeds only with the stamp of the job that is under way: while a claimed piece is unfinished no later job
// begins, and before an earlier one's end no thread comes to this one. So a thread that woke late, with an order long
// fulfilled, claims nothing. Words are compared by the sign of their difference, so that generations may come round.
// Shares change between runs, while there is no order; a thread copies them and looks whether its order still holds.

// How long a thread that has no part left waits for those of others before it takes them over. Threads that begin
// together end together; one that the system has taken from its core is worth no more patience than this.
enum { PATIENCE_NANOSECONDS = 2000 };

// How long a thread waits for the next run before it sleeps: longer than from one picture to the next where one follows
// another at once, far shorter than between frames of a camera, when other threads want the cores.
enum { REST_NANOSECONDS = 50000 };

// Threads' speed is measured in runs of the whole list, on jobs of so many parts for each thread that shares follow it.
enum { GAUGE_PARTS = 8 };

typedef struct {
  ct_team *team;
  int number;
} worker_start;

// What a thread knows of a run.
typedef struct {
  ct_team *team;
  member *self;
  int number;
  const uint32_t *starts;
} run;

static int is_older(uint64_t stamp, uint64_t than) { return (int64_t)((stamp - than) << 16) < 0; }

// One piece of a thread's share of the job of `stamp`, claimed; SIZE_MAX where none is left.
static size_t claim(member *owner, uint64_t stamp, size_t pieces) {
  uint64_t word = atomic_load_explicit(&owner->claimed, memory_order_relaxed);
  for (;;) {
    uint64_t taken = 0;
    if (word >> 16 == stamp) taken = word & 0xffff;
    else if (!is_older(word >> 16, stamp)) return SIZE_MAX;
    if (taken >= pieces) return SIZE_MAX;
    if (atomic_compare_exchange_weak_explicit(&owner->claimed, &word, stamp << 16 | (taken + 1), memory_order_acq_rel,
                                              memory_order_relaxed))
      return taken;
  }
}

// Runs what is left of thread `owner`'s share of a job; how many parts that was. They are counted at the end: each
// change of the count fetches its cache line back from those who look at it, and the next claim would wait for that.
static size_t run_share(const run *r, int owner, uint64_t stamp, const ct_job *job) {
  size_t first = first_part(r->starts[owner], job->parts);
  size_t parts = first_part(r->starts[owner + 1], job->parts) - first;
  size_t pieces = parts < job->pieces ? parts : job->pieces, ran = 0;
  for (size_t piece; (piece = claim(&r->team->members[owner], stamp, pieces)) != SIZE_MAX;) {
    size_t begin = parts * piece / pieces, end = parts * (piece + 1) / pieces;
    job->task(job->context, first + begin, first + end);
    ran += end - begin;
  }
  if (ran == 0) return 0;
  uint64_t done = atomic_load_explicit(&r->self->done, memory_order_relaxed);
  if (done >> 32 != stamp >> 16) done = stamp >> 16 << 32;
  atomic_store_explicit(&r->self->done, done + ran, memory_order_release);
  return ran;
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
static int help(const run *r, uint64_t stamp, const ct_job *job, int all) {
  int has_helped = 0, threads = r->team->threads;
  for (int step = 1; step < threads; step++) {
    int other = (r->number + step) % threads;
    member *owner = &r->team->members[other];
    int is_late = atomic_load_explicit(&owner->is_late, memory_order_relaxed);
    if (!all && !is_late) continue;
    int has_come = !is_older(atomic_load_explicit(&owner->claimed, memory_order_relaxed) >> 16, stamp);
    if (run_share(r, other, stamp, job) == 0) continue;
    // One that has not come to this job at all is not expected at the next either.
    if (!is_late && !has_come) atomic_store_explicit(&owner->is_late, 1, memory_order_relaxed);
    has_helped = 1;
  }
  return has_helped;
}

// Waits until `parts` parts of the run are done, and helps where that takes long.
static void await_others(const run *r, uint64_t stamp, const ct_job *job, uint64_t parts) {
  uint32_t generation = (uint32_t)(stamp >> 16);
  if (are_done(r->team, generation, parts)) return;
  help(r, stamp, job, 0);
  uint64_t start = 0;
  for (unsigned polls = 1; !are_done(r->team, generation, parts); polls++) {
    pause_briefly();
    if (polls % PAUSES_PER_CLOCK_READ != 0) continue;
    uint64_t now = ct_now();
    if (start == 0) start = now;
    if (now - start < PATIENCE_NANOSECONDS) continue;
    // What is begun cannot be taken over; whoever computes it may need this core.
    if (!help(r, stamp, job, 1) && now - start > SPIN_NANOSECONDS) sched_yield();
  }
}

static void take_part(ct_team *team, int number, uint64_t order) {
  member *self = &team->members[number];
  uint32_t starts[team->threads + 1];
  for (int t = 0; t <= team->threads; t++) starts[t] = atomic_load_explicit(&team->starts[t], memory_order_acquire);
  if (atomic_load_explicit(&team->order, memory_order_acquire) != order) return;
  const run r = {team, self, number, starts};
  size_t first = order >> 16 & 0xffff, count = order & 0xffff;
  size_t gauge_parts = count == team->job_count ? GAUGE_PARTS * (size_t)team->threads : SIZE_MAX;
  uint64_t parts = 0, stamp = order >> 32 << 16, busy = 0, share = 0;
  for (const ct_job *job = team->jobs + first; job < team->jobs + first + count; job++, stamp++) {
    uint64_t before = job->parts >= gauge_parts ? ticks() : 0;
    size_t ran = run_share(&r, number, stamp, job);
    if (job->parts >= gauge_parts && ran > 0) {
      busy += ticks() - before;
      share += ((uint64_t)ran << 16) / job->parts;
    }
    if (ran > 0 && atomic_load_explicit(&self->is_late, memory_order_relaxed))
      atomic_store_explicit(&self->is_late, 0, memory_order_relaxed);
    parts += job->parts;
    await_others(&r, stamp, job, parts);
  }
  note_pace(self, (uint32_t)(order >> 32), busy, share);
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
  if (posix_memalign((void **)&team, 128, sizeof *team + sizeof *team->starts * ((size_t)threads + 1)) != 0)
    return NULL;
  *team = (ct_team){.jobs = jobs, .job_count = count, .threads = 1};
  // Those that the system does not give have no share.
  for (int t = 0; t <= threads; t++) atomic_store(&team->starts[t], 65536);
  share_equally(team);
  if (threads == 1) return team;
  size_t bytes = sizeof *team->members * (size_t)threads;
  team->workers = calloc((size_t)threads - 1, sizeof *team->workers);
  if (team->workers == NULL || posix_memalign((void **)&team->members, 128, bytes) != 0) {
    ct_team_destroy(team);
    return NULL;
  }
  for (int i = 0; i < threads; i++) team->members[i] = (member){0};
  start_workers(team, threads);
  share_equally(team);
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
    for (const ct_job *job = jobs; job < jobs + count; job++) {
      if (job->parts > 0) job->task(job->context, 0, job->parts);
    }
    return;
  }
  team->generation++;
  adapt_shares(team);
  uint64_t order = (uint64_t)team->generation << 32 | (uint64_t)first << 16 | count;
  atomic_store(&team->order, order);
  call_workers(&team->wake_word, &team->sleepers, team->threads);
  take_part(team, 0, order);
}
