#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "CThreads.h"

enum { NAME = 16 };  // with its end: what Linux keeps

typedef struct {
  char name[NAME];
  ct_body body;
  void *context;
} beginning;

static void *begin(void *argument) {
  beginning own = *(beginning *)argument;
  free(argument);
  pthread_setname_np(pthread_self(), own.name);
  own.body(own.context);
  return NULL;
}

int ct_start_thread(const char *name, ct_body body, void *context) {
  beginning *own = calloc(1, sizeof *own);
  if (!own) return -1;
  strncpy(own->name, name, NAME - 1);
  own->body = body;
  own->context = context;
  pthread_t thread;
  if (pthread_create(&thread, NULL, begin, own) != 0) {
    free(own);
    return -1;
  }
  pthread_detach(thread);
  return 0;
}
