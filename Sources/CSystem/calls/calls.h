// The system's calls that can fail for reasons outside of the program. All that this room makes go through here, so
// that a test can let each of them fail; those that clean up after a failure do not.
#ifndef CSYSTEM_CALLS_H
#define CSYSTEM_CALLS_H

#include <errno.h>
#include <stddef.h>

// Whether a test wants this call to fail; then errno is set.
int sys_call_fails(void);

// The result of a call that gives -1 where it fails.
#define SYS_TRY(call) (sys_call_fails() ? -1 : (call))

// The same, made again where a signal interrupts it.
#define SYS_RETRY(result, call) \
  do {                          \
    (result) = SYS_TRY(call);   \
  } while ((result) < 0 && errno == EINTR)

// NULL with errno set where there is no memory.
void *sys_allocate(size_t count);

#endif
