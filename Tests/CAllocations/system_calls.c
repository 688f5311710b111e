#include "CAllocations.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

static _Thread_local volatile size_t calls;

// A call that was turned away says that it does not exist.
static void count_call(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info;
  calls++;
  ucontext_t *state = context;
#if defined(__x86_64__)
  state->uc_mcontext.gregs[REG_RAX] = -ENOSYS;
#elif defined(__aarch64__)
  state->uc_mcontext.regs[0] = (unsigned long long)-ENOSYS;
#endif
}

#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

typedef struct {
  void (*work)(void *);
  void *context;
  size_t calls;
} job;

static void *run_filtered(void *argument) {
  job *the_job = argument;
  // What the handler's return and the thread's end need is let through.
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      ALLOW(SYS_rt_sigreturn),
      ALLOW(SYS_exit),
      ALLOW(SYS_exit_group),
      ALLOW(SYS_madvise),
      ALLOW(SYS_munmap),
      ALLOW(SYS_rt_sigprocmask),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
  };
  struct sock_fprog program = {.len = sizeof rules / sizeof rules[0], .filter = rules};
  the_job->calls = SIZE_MAX;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return NULL;
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return NULL;
  size_t before = calls;
  the_job->work(the_job->context);
  the_job->calls = calls - before;
  return NULL;
}

size_t ca_system_calls(void (*work)(void *), void *context) {
  struct sigaction action = {.sa_sigaction = count_call, .sa_flags = SA_SIGINFO};
  if (sigaction(SIGSYS, &action, NULL) != 0) return SIZE_MAX;
  job the_job = {work, context, SIZE_MAX};
  pthread_t thread;
  if (pthread_create(&thread, NULL, run_filtered, &the_job) != 0) return SIZE_MAX;
  pthread_join(thread, NULL);
  return the_job.calls;
}
