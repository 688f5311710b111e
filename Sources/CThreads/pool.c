#include "CThreads.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "room.h"
#include "wait.h"

// A job is claimed through one 64-bit word, so that a claim is valid for exactly the job that it was read from:
//   generation (16 bits) | count (24 bits) | next index (24 bits)
// A thread that claims an index below the count holds an unfinished task, so the job cannot be replaced under it; one
// that claims an index at or above the count touches nothing. Threads that are still asleep need not be waited for.
enum { INDEX_BITS = 24 };
#define INDEX_MASK ((UINT64_C(1) << INDEX_BITS) - 1)

struct ct_pool {
  _Alignas(64) _Atomic uint64_t claim;
  _Alignas(64) _Atomic size_t done;
  _Alignas(64) _Atomic uint32_t wake_word;  // of a futex, changes with every job
  _Atomic uint32_t started;                 // workers that run; word of a futex
  _Atomic int sleepers;
  _Atomic int stop;
  ct_task task;
  void *context;
  uint64_t generation;
  int threads;
  pthread_t *workers;
};

static int has_work(uint64_t claim) { return (claim & INDEX_MASK) < ((claim >> INDEX_BITS) & INDEX_MASK); }

// Claims and runs tasks of the current job until none is left.
static void work(ct_pool *pool) {
  while (has_work(atomic_load_explicit(&pool->claim, memory_order_relaxed))) {
    uint64_t claim = atomic_fetch_add_explicit(&pool->claim, 1, memory_order_acq_rel);
    if (!has_work(claim)) return;
    pool->task(pool->context, (size_t)(claim & INDEX_MASK));
    atomic_fetch_add_explicit(&pool->done, 1, memory_order_release);
  }
}

static void *worker(void *argument) {
  ct_pool *pool = argument;
  atomic_fetch_add(&pool->started, 1);
  wake_sleepers(&pool->started, 1);
  for (;;) {
    uint32_t seen = atomic_load(&pool->wake_word);
    // A thread that starts after the pool's end has begun sees the last change of `wake_word` already.
    if (atomic_load(&pool->stop)) return NULL;
    work(pool);
    if (changes_within(&pool->wake_word, seen, SPIN_NANOSECONDS)) continue;
    atomic_fetch_add(&pool->sleepers, 1);
    sleep_while(&pool->wake_word, seen);
    atomic_fetch_sub(&pool->sleepers, 1);
  }
}

ct_pool *ct_pool_create(int threads) {
  if (threads < 1) threads = 1;
  ct_pool *pool = NULL;
  if (posix_memalign((void **)&pool, 64, sizeof *pool) != 0) return NULL;
  *pool = (ct_pool){.threads = 1};
  if (threads == 1) return pool;
  pool->workers = calloc((size_t)threads - 1, sizeof *pool->workers);
  if (pool->workers == NULL) return pool;
  void *room = keep_room();
  for (int i = 0; room != MAP_FAILED && i < threads - 1; i++) {
    if (pthread_create(&pool->workers[i], NULL, worker, pool) != 0) break;
    pool->threads = i + 2;
  }
  leave_room(room);
  await_started(&pool->started, (uint32_t)pool->threads - 1);
  return pool;
}

void ct_pool_destroy(ct_pool *pool) {
  if (pool == NULL) return;
  atomic_store(&pool->stop, 1);
  call_workers(&pool->wake_word, &pool->sleepers, pool->threads);
  for (int i = 0; i < pool->threads - 1; i++) pthread_join(pool->workers[i], NULL);
  free(pool->workers);
  free(pool);
}

int ct_pool_threads(const ct_pool *pool) { return pool->threads; }

void ct_pool_run(ct_pool *pool, ct_task task, void *context, size_t count) {
  assert(count <= INDEX_MASK / 2);
  if (pool->threads == 1 || count <= 1) {
    for (size_t i = 0; i < count; i++) task(context, i);
    return;
  }
  pool->task = task;
  pool->context = context;
  atomic_store_explicit(&pool->done, 0, memory_order_relaxed);
  pool->generation++;
  uint64_t job = (pool->generation << (2 * INDEX_BITS)) | ((uint64_t)count << INDEX_BITS);
  atomic_store_explicit(&pool->claim, job, memory_order_release);
  call_workers(&pool->wake_word, &pool->sleepers, pool->threads);
  work(pool);
  uint64_t end = ct_now() + SPIN_NANOSECONDS;
  while (atomic_load_explicit(&pool->done, memory_order_acquire) != count) {
    if (ct_now() < end) pause_briefly();
    else sched_yield();
  }
}

uint64_t ct_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
