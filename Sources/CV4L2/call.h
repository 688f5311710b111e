// The one place that knows errno and EINTR.
#ifndef CV4L2_CALL_H
#define CV4L2_CALL_H

#include <linux/videodev2.h>

#include "CV4L2.h"

/// ioctl: 0 or -errno.
int cv4l2_call(int device, unsigned long request, void *argument);

#endif
