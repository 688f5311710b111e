// Stands in the place of an aarch64 program on another machine: runs the file beside it that has its name and
// ".aarch64" under QEMU. Linked statically, so that an LD_PRELOAD that is meant for the aarch64 program passes it by.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  static char program[4096];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 16);
  if (length < 0) return 127;
  strcpy(program + length, ".aarch64");
  char **arguments = calloc((size_t)argc + 2, sizeof *arguments);
  if (arguments == NULL) return 127;
  arguments[0] = "qemu-aarch64-static";
  arguments[1] = program;
  memcpy(arguments + 2, argv + 1, (size_t)argc * sizeof *argv);
  execvp(arguments[0], arguments);
  perror(arguments[0]);
  return 127;
}
