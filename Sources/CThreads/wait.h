// How threads wait for each other: briefly by looking again, longer in a futex.
#ifndef CTHREADS_WAIT_H
#define CTHREADS_WAIT_H

#include "CThreads.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

// How long a thread looks for what others owe it before it lets others have its core: longer than the gap between two
// layers or what one thread lags behind another, shorter than the gap between two camera frames. By the clock, since a
// pause takes 1 cycle on one processor and 140 on another.
enum { SPIN_NANOSECONDS = 200000, PAUSES_PER_CLOCK_READ = 16 };

static inline void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// A clock of a few cycles, the same for all cores, in a unit of its own.
static inline uint64_t ticks(void) {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t count;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
  return count;
#else
  return ct_now();
#endif
}

static inline void sleep_while(_Atomic uint32_t *word, uint32_t value) {
  while (atomic_load(word) == value) syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static inline void wake_sleepers(_Atomic uint32_t *word, int threads) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, threads, NULL, NULL, 0);
}

// Looks at a word until it is no longer `value`, or for some time; whether it changed.
static inline int changes_within(const _Atomic uint32_t *word, uint32_t value, uint64_t nanoseconds) {
  uint64_t end = ct_now() + nanoseconds;
  do {
    for (int pause = 0; pause < PAUSES_PER_CLOCK_READ; pause++) {
      if (atomic_load_explicit(word, memory_order_relaxed) != value) return 1;
      pause_briefly();
    }
  } while (ct_now() < end);
  return 0;
}

// Changes the word that workers look at or sleep on, of which `sleepers` do.
static inline void call_workers(_Atomic uint32_t *word, const _Atomic int *sleepers, int threads) {
  atomic_fetch_add(word, 1);
  if (atomic_load(sleepers) > 0) wake_sleepers(word, threads);
}

// Sleeps until so many workers run. A new thread may be queued behind its maker although another core is free, and stay
// there for milliseconds; as soon as the maker sleeps it runs, and the maker wakes on the free core.
static inline void await_started(_Atomic uint32_t *started, uint32_t workers) {
  uint32_t running;
  while ((running = atomic_load(started)) < workers) sleep_while(started, running);
}

#endif
