#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "CThreads.h"

enum { TEXT = 4096 };

// Reads the beginning of a file as text; whether it could.
static int read_text(const char *path, char text[TEXT]) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  ssize_t got = read(descriptor, text, TEXT - 1);
  close(descriptor);
  if (got < 0) return 0;
  text[got] = 0;
  return 1;
}

static int cores(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return INT_MAX;
  // Rounded down: a thread that is throttled keeps the others waiting.
  long long whole = quota / period;
  return whole < 1 ? 1 : whole > INT_MAX ? INT_MAX : (int)whole;
}

static long long number(const char *folder, const char *name) {
  char path[2 * TEXT], text[TEXT];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return read_text(path, text) ? strtoll(text, NULL, 10) : -1;
}

// What one group allows.
static int group_cores(const char *folder) {
  char path[2 * TEXT], text[TEXT];
  snprintf(path, sizeof path, "%s/cpu.max", folder);
  if (read_text(path, text)) {
    char *rest;
    long long quota = strtoll(text, &rest, 10);  // 0 for "max"
    return cores(quota, strtoll(rest, NULL, 10));
  }
  return cores(number(folder, "cpu.cfs_quota_us"), number(folder, "cpu.cfs_period_us"));
}

// The least that a group and those above it allow. A container may see its group by a name that the host gave it, which
// is not there; the groups that are there count.
static int path_cores(const char *mount, const char *group) {
  char folder[TEXT];
  int written = snprintf(folder, sizeof folder, "%s%s", mount, group);
  if (written < 0 || written >= TEXT) return INT_MAX;
  int least = INT_MAX;
  size_t top = strlen(mount);
  for (;;) {
    int allowed = group_cores(folder);
    if (allowed < least) least = allowed;
    char *slash = strrchr(folder + top, '/');
    if (slash == NULL) return least;
    *slash = 0;
  }
}

// Whether a list as in "cpu,cpuacct" has a controller.
static int lists(const char *controllers, size_t length, const char *wanted) {
  size_t size = strlen(wanted);
  for (const char *at = controllers; at + size <= controllers + length;) {
    const char *comma = memchr(at, ',', (size_t)(controllers + length - at));
    size_t item = comma == NULL ? (size_t)(controllers + length - at) : (size_t)(comma - at);
    if (item == size && memcmp(at, wanted, size) == 0) return 1;
    if (comma == NULL) return 0;
    at = comma + 1;
  }
  return 0;
}

int ct_quota_cores(const char *membership, const char *root) {
  char text[TEXT];
  if (!read_text(membership, text)) return INT_MAX;
  int least = INT_MAX;
  char *rest = text;
  // Lines are hierarchy:controllers:group, version 2 without controllers.
  for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
    char *controllers = strchr(line, ':');
    char *group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
    if (group == NULL) continue;
    controllers++;
    size_t length = (size_t)(group - controllers);
    group++;
    if (strcmp(group, "/") == 0) group = "";
    char mount[TEXT];
    int written;
    if (length == 0) written = snprintf(mount, sizeof mount, "%s", root);
    else if (lists(controllers, length, "cpu")) written = snprintf(mount, sizeof mount, "%s/cpu", root);
    else continue;
    if (written < 0 || written >= TEXT) continue;
    int allowed = path_cores(mount, group);
    if (allowed < least) least = allowed;
  }
  return least;
}

int ct_available_cores(void) {
  // Larger than the set of any machine; the call fails for sets that are too small.
  enum { MOST = 8192 };
  cpu_set_t *set = CPU_ALLOC(MOST);
  int count = 1;
  if (set != NULL && sched_getaffinity(0, CPU_ALLOC_SIZE(MOST), set) == 0)
    count = CPU_COUNT_S(CPU_ALLOC_SIZE(MOST), set);
  if (set != NULL) CPU_FREE(set);
  int quota = ct_quota_cores("/proc/self/cgroup", "/sys/fs/cgroup");
  return count < 1 ? 1 : count < quota ? count : quota;
}
