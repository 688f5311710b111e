#include "CAllocations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static _Thread_local size_t allocations;

size_t ca_allocations(void) { return allocations; }

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

#ifdef HAS_SANITIZER
// Sanitizers have an allocator of their own, which nobody may stand before, and which tells of each call.
int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void *, size_t),
                                              void (*freed)(const volatile void *));

static void count(const volatile void *start, size_t bytes) {
  (void)start;
  (void)bytes;
  allocations++;
}

static void pass_over(const volatile void *start) { (void)start; }

__attribute__((constructor)) static void listen_to_sanitizer(void) {
  __sanitizer_install_malloc_and_free_hooks(count, pass_over);
}
#else
// glibc's own names of what is replaced here.
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

void *malloc(size_t bytes) {
  allocations++;
  return __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
  allocations++;
  return __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes) {
  allocations++;
  return __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes) {
  allocations++;
  return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **result, size_t alignment, size_t bytes) {
  allocations++;
  *result = __libc_memalign(alignment, bytes);
  return *result == NULL ? ENOMEM : 0;
}
#endif

void *ca_guarded(size_t bytes, int fill) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t room = (bytes + page - 1) / page * page;
  char *start = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  mprotect(start + room, page, PROT_NONE);
  memset(start, fill, room);
  return start + room - bytes;
}

void ca_unmap_guarded(void *memory, size_t bytes) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t room = (bytes + page - 1) / page * page;
  munmap((char *)memory + bytes - room, room + page);
}
