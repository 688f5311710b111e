#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "CSystem.h"

enum { EXTRA = 3, PIPE_BYTES = 1 << 20, PATIENCE = 100, STEP_NANOSECONDS = 10000000 };

static void close_pair(const int *ends) {
  if (ends[0] >= 0) close(ends[0]);
  if (ends[1] >= 0) close(ends[1]);
}

/// Its own group, so that Ctrl-C is this program's alone, and signals as a program expects them: this one may ignore or
/// block some.
static int spawn(char *const *arguments, const int *output, const int *errors, const int *extra, pid_t *process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors[1], STDERR_FILENO);
  if (extra[1] >= 0) posix_spawn_file_actions_adddup2(&actions, extra[1], EXTRA);
  sigset_t none, standard;
  sigemptyset(&none);
  sigemptyset(&standard);
  const int numbers[] = {SIGPIPE, SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(&standard, numbers[i]);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &standard);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  const int error = posix_spawnp(process, arguments[0], &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

int sys_start_child(char *const *arguments, int wants_extra, sys_child *child) {
  *child = (sys_child){.process = -1, .output = -1, .errors = -1, .extra = -1};
  int output[2] = {-1, -1}, errors[2] = {-1, -1}, extra[2] = {-1, -1};
  int error = 0;
  if (pipe2(output, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0 || (wants_extra && pipe2(extra, O_CLOEXEC) != 0))
    error = errno;
  pid_t process = -1;
  if (error == 0) error = spawn(arguments, output, errors, extra, &process);
  if (error != 0) {
    close_pair(output);
    close_pair(errors);
    close_pair(extra);
    return error;
  }
  close(output[1]);
  close(errors[1]);
  if (extra[1] >= 0) close(extra[1]);
  // Fewer calls for large frames; where the system refuses, they are only more.
  fcntl(output[0], F_SETPIPE_SZ, PIPE_BYTES);
  const int ends[] = {output[0], errors[0], extra[0]};
  for (int i = 0; i < 3; i++) {
    if (ends[i] >= 0) fcntl(ends[i], F_SETFL, O_NONBLOCK);
  }
  *child = (sys_child){process, output[0], errors[0], extra[0]};
  return 0;
}

/// Waits for its end, a second at most; whether it has come.
static int reap(int process, int *status) {
  for (int i = 0; i < PATIENCE; i++) {
    const pid_t ended = waitpid(process, status, WNOHANG);
    if (ended == process) return 1;
    if (ended < 0 && errno != EINTR) return 1;
    const struct timespec step = {0, STEP_NANOSECONDS};
    nanosleep(&step, NULL);
  }
  return 0;
}

int sys_end_child(sys_child *child, int is_stopped) {
  if (child->process < 0) return SYS_FAILED;
  int status = 0;
  // Who writes to a pipe that nobody reads ends by that.
  close(child->output);
  close(child->errors);
  if (child->extra >= 0) close(child->extra);
  if (is_stopped) kill(child->process, SIGTERM);
  if (!reap(child->process, &status)) {
    kill(child->process, SIGKILL);
    while (waitpid(child->process, &status, 0) < 0 && errno == EINTR) {
    }
  }
  *child = (sys_child){.process = -1, .output = -1, .errors = -1, .extra = -1};
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : SYS_FAILED;
}
