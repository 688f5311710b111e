// What a team is made of: the threads of team.c, and their shares of shares.c.
#ifndef CTHREADS_TEAM_H
#define CTHREADS_TEAM_H

#include "CThreads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

typedef struct {
  _Alignas(128) _Atomic uint64_t claimed;
  _Alignas(128) _Atomic uint64_t done;
  // Did not come in time: others take its parts at once, until it comes.
  _Alignas(128) _Atomic int is_late;
  // What a job would take it alone, the least of a window: window (16 bits) | 1/65,536 of ticks (48 bits)
  _Alignas(128) _Atomic uint64_t pace;
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
  _Alignas(128) _Atomic uint32_t starts[];  // of threads' shares, in 1/65,536 of a job
};

// The first part of a share that starts at `start`.
static inline size_t first_part(uint32_t start, size_t parts) {
  return (size_t)(((uint64_t)parts * start + 0x8000) >> 16);
}

// Equal shares for all threads. No run may be under way.
void share_equally(ct_team *team);

// Notes that a thread took `busy` ticks for `share` / 65,536 of a job.
void note_pace(member *self, uint32_t generation, uint64_t busy, uint64_t share);

// Before a run: other shares, now and then, where threads are not alike.
void adapt_shares(ct_team *team);

#endif
