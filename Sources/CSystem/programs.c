#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "CSystem.h"

/// Reads until the end or the room's; the rest is read and dropped, so that the program does not wait for a reader.
static size_t read_all(int descriptor, char *bytes, size_t room) {
  size_t count = 0;
  for (;;) {
    char spare[512];
    const int is_full = count == room;
    const ssize_t part = read(descriptor, is_full ? spare : bytes + count, is_full ? sizeof spare : room - count);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return count;
    if (!is_full) count += (size_t)part;
  }
}

int sys_run_program(char *const *arguments, void *bytes, size_t room, size_t *count) {
  *count = 0;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t process;
  const int error = posix_spawn(&process, arguments[0], &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error == 0) *count = read_all(ends[0], bytes, room);
  close(ends[0]);
  if (error != 0) return error;
  int status;
  while (waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : SYS_FAILED;
}
