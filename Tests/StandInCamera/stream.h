// The stand-in camera's stream: its buffers, and the thread that fills them as the script says.
#ifndef STANDIN_STREAM_H
#define STANDIN_STREAM_H

#include <linux/videodev2.h>
#include <pthread.h>
#include <stdint.h>

enum { BUFFERS = 4, ROOM = 1 << 21 };

// What is shared between the thread and the calls that are answered, under its lock.
typedef struct {
  pthread_mutex_t lock;
  pthread_t camera;
  int ends[2];  // the program's, ours
  uint8_t *shared;
  int is_on, refusals;
  uint32_t sequence;
} standin_stream;

extern standin_stream stream __attribute__((visibility("hidden")));

// Whether the camera was unplugged and is not back.
int standin_is_gone(void);
// Starts the thread of a stream that is on.
void standin_start(void);
// Ends the stream, and forgets what is in the buffers.
void standin_stop(void);
// Answers VIDIOC_REQBUFS, VIDIOC_DQBUF and VIDIOC_QBUF; sets errno and returns -1 where it refuses.
void standin_clear(void);
int standin_take(struct v4l2_buffer *buffer);
int standin_give(const struct v4l2_buffer *buffer);
// Sets errno and returns -1.
int standin_fail(int code);

#endif
