// What the stand-in camera is, and what happens to it: the text of STANDIN_SCRIPT, see standin.c.
#ifndef STANDIN_SCRIPT_H
#define STANDIN_SCRIPT_H

#include <stdint.h>

enum { EVENTS = 4096, MODES = 16, NODES = 8 };

typedef struct {
  char what[12];
  char file[256];
  int number;
} event;

typedef struct {
  char device[128], bus[32], driver[16], card[32];
  struct {
    char path[128], driver[16], name[32];
    uint32_t capabilities;
    int descriptor;
  } nodes[NODES];
  int node_count, stride, room, has_ranges;
  uint32_t capabilities;
  struct {
    char code[5];
    uint32_t width, height, rate;
  } modes[MODES];
  int mode_count, interval, event_count, again;
  int refuse_open, refuse_format, refuse_buffers, refuse_streamon;
  event events[EVENTS];
} standin_facts;

extern standin_facts script __attribute__((visibility("hidden")));

// Reads the script, where there is one.
void standin_read_script(void);

#endif
