#include "CSystem.h"

#include <stdio.h>
#include <stdlib.h>

static int argument_count;
static char **arguments;

// glibc calls constructors with the arguments of main.
__attribute__((constructor)) static void keep_arguments(int count, char **values) {
  argument_count = count;
  arguments = values;
}

const char *sys_argument(int index) { return index >= 0 && index < argument_count ? arguments[index] : NULL; }

void sys_complain(const char *text) { fputs(text, stderr); }

void sys_exit(int status) { exit(status); }
