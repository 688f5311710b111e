#include "CProgram.h"

#include <stdio.h>
#include <stdlib.h>

static int argument_count;
static char **arguments;

// glibc calls constructors with the arguments of main.
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
}

const char *cp_argument(int index) { return index >= 0 && index < argument_count ? arguments[index] : NULL; }

void cp_print(const char *text) { fputs(text, stdout); }

bool cp_flush(void) { return fflush(stdout) == 0 && !ferror(stdout); }

void cp_print_error(const char *text) { fputs(text, stderr); }

void cp_exit(int status) { exit(status); }
