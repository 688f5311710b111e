// The kernel reads these structures by size and offset: a header that lays them out otherwise must not compile.
#include <linux/videodev2.h>
#include <stddef.h>

#if defined(__LP64__)
_Static_assert(sizeof(struct v4l2_capability) == 104, "v4l2_capability");
_Static_assert(sizeof(struct v4l2_fmtdesc) == 64, "v4l2_fmtdesc");
_Static_assert(sizeof(struct v4l2_frmsizeenum) == 44, "v4l2_frmsizeenum");
_Static_assert(sizeof(struct v4l2_frmivalenum) == 52, "v4l2_frmivalenum");
_Static_assert(sizeof(struct v4l2_format) == 208, "v4l2_format");
_Static_assert(offsetof(struct v4l2_format, fmt) == 8, "v4l2_format.fmt");
_Static_assert(sizeof(struct v4l2_streamparm) == 204, "v4l2_streamparm");
_Static_assert(sizeof(struct v4l2_requestbuffers) == 20, "v4l2_requestbuffers");
_Static_assert(sizeof(struct v4l2_buffer) == 88, "v4l2_buffer");
_Static_assert(offsetof(struct v4l2_buffer, timestamp) == 24, "v4l2_buffer.timestamp");
_Static_assert(offsetof(struct v4l2_buffer, sequence) == 56, "v4l2_buffer.sequence");
_Static_assert(offsetof(struct v4l2_buffer, m) == 64, "v4l2_buffer.m");
_Static_assert(VIDIOC_DQBUF == 0xC0585611, "VIDIOC_DQBUF");
_Static_assert(VIDIOC_S_FMT == 0xC0D05605, "VIDIOC_S_FMT");
#endif
