// A time of day that is set while the program runs, as by a user or by the network: what it asks for, and how long it
// waits until a time of day. Waits until a moment of the monotonic clock are left alone.
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Atomic int offset;

void standin_set_clock(int seconds) { atomic_fetch_add(&offset, seconds); }

int clock_gettime(clockid_t clock, struct timespec *time) {
  int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (clock == CLOCK_REALTIME) time->tv_sec += atomic_load(&offset);
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

typedef int wait_function(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

/// In short steps, after each of which the clock may have been set. Moments of the monotonic clock are less than ten
/// years from the start of the machine, times of day more than fifty from their own.
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict end) {
  static wait_function *original;
  if (!original) original = (wait_function *)dlsym(RTLD_NEXT, "pthread_cond_timedwait");
  if (end->tv_sec < 10 * 365 * 86400L) return original(condition, mutex, end);
  for (;;) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec)) return ETIMEDOUT;
    struct timespec step;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &step);
    step.tv_nsec += 10000000;
    if (step.tv_nsec >= 1000000000) step = (struct timespec){step.tv_sec + 1, step.tv_nsec - 1000000000};
    int result = original(condition, mutex, &step);
    if (result != ETIMEDOUT) return result;
  }
}
