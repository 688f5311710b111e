#include "script.h"

#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

standin_facts script;

void standin_read_script(void) {
  const char *path = getenv("STANDIN_SCRIPT");
  FILE *file = path ? fopen(path, "re") : NULL;
  if (!file) return;
  script.capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  script.interval = 10;
  script.again = -1;
  script.stride = -1;
  strcpy(script.bus, "stand-in-1");
  strcpy(script.driver, "standin");
  strcpy(script.card, "Stand-in camera");
  char line[400], word[16], rest[300];
  while (fgets(line, sizeof line, file)) {
    rest[0] = 0;
    if (sscanf(line, "%15s %299[^\n]", word, rest) < 1) continue;
    if (!strcmp(word, "device")) snprintf(script.device, sizeof script.device, "%.127s", rest);
    else if (!strcmp(word, "bus")) snprintf(script.bus, sizeof script.bus, "%.31s", rest);
    else if (!strcmp(word, "driver")) snprintf(script.driver, sizeof script.driver, "%.15s", rest);
    else if (!strcmp(word, "card")) snprintf(script.card, sizeof script.card, "%.31s", rest);
    else if (!strcmp(word, "stride")) script.stride = atoi(rest);
    else if (!strcmp(word, "room")) script.room = atoi(rest);
    else if (!strcmp(word, "ranges")) script.has_ranges = 1;
    else if (!strcmp(word, "node") && script.node_count < NODES) {
      int i = script.node_count++;
      sscanf(rest, "%127s %15s %x %31[^\n]", script.nodes[i].path, script.nodes[i].driver,
             &script.nodes[i].capabilities, script.nodes[i].name);
      script.nodes[i].descriptor = -1;
    } else if (!strcmp(word, "capabilities")) script.capabilities = (uint32_t)strtoul(rest, NULL, 16);
    else if (!strcmp(word, "interval")) script.interval = atoi(rest);
    else if (!strcmp(word, "again")) script.again = 0;
    else if (!strcmp(word, "mode") && script.mode_count < MODES) {
      int i = script.mode_count++;
      sscanf(rest, "%4s %u %u %u", script.modes[i].code, &script.modes[i].width, &script.modes[i].height,
             &script.modes[i].rate);
    } else if (!strcmp(word, "refuse")) {
      char what[16];
      int code = 0;
      sscanf(rest, "%15s %d", what, &code);
      if (!strcmp(what, "open")) script.refuse_open = code;
      if (!strcmp(what, "format")) script.refuse_format = code;
      if (!strcmp(what, "buffers")) script.refuse_buffers = code;
      if (!strcmp(what, "streamon")) script.refuse_streamon = code;
    } else if (script.event_count < EVENTS) {
      event *e = &script.events[script.event_count++];
      snprintf(e->what, sizeof e->what, "%.11s", word);
      snprintf(e->file, sizeof e->file, "%.255s", rest);
      e->number = atoi(rest);
    }
  }
  fclose(file);
  // What a library that is loaded before the program makes of it.
  if (getenv("STANDIN_DRIVER")) snprintf(script.driver, sizeof script.driver, "%.15s", getenv("STANDIN_DRIVER"));
}
