// Instructions that this process ran, counted by the processor, where it and the system let a program ask.
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CCPU.h"

int ccpu_counter_open(void) {
  struct perf_event_attr counted;
  memset(&counted, 0, sizeof counted);
  counted.size = sizeof counted;
  counted.type = PERF_TYPE_HARDWARE;
  counted.config = PERF_COUNT_HW_INSTRUCTIONS;
  // Threads that start later count as well. What the kernel does is its own matter, and seldom a program's to see.
  counted.inherit = 1;
  counted.exclude_kernel = 1;
  counted.exclude_hv = 1;
  // Of this process, on any processor, in no group.
  long file = syscall(SYS_perf_event_open, &counted, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
  return file < 0 ? -errno : (int)file;
}

int64_t ccpu_counter_read(int counter) {
  uint64_t count = 0;
  return read(counter, &count, sizeof count) == (ssize_t)sizeof count ? (int64_t)count : -1;
}

void ccpu_counter_close(int counter) { (void)close(counter); }
