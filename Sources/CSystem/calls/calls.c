#include "calls.h"

#include <stdlib.h>
#include <string.h>

#include "CSystem.h"

static _Thread_local int failing_call, failing_error, calls_made;

void sys_fail_call(int number, int error) {
  failing_call = number;
  failing_error = error;
  calls_made = 0;
}

int sys_calls_made(void) { return calls_made; }

int sys_call_fails(void) {
  if (++calls_made != failing_call) return 0;
  errno = failing_error;
  return 1;
}

void *sys_allocate(size_t count) { return sys_call_fails() ? NULL : malloc(count); }

const char *sys_error_text(int error) { return strerror(error); }
