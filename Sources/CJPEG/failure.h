// How libjpeg's errors leave libjpeg: by longjmp to the entry of the shim, with a status and the message.
#ifndef CJPEG_FAILURE_H
#define CJPEG_FAILURE_H

#include <setjmp.h>
#include <stdio.h>  // jpeglib.h needs FILE and size_t

#include <jpeglib.h>

#include "CJPEG.h"

typedef struct {
  struct jpeg_error_mgr manager;  // first, so that libjpeg's pointer to it is a pointer to this
  jmp_buf entry;
  cjpeg_status status;
  int forgive_missing_end;
  char message[JMSG_LENGTH_MAX];
} cjpeg_failure;

/// Makes `failure` the error manager that a (de)compressor is to be created with.
struct jpeg_error_mgr *cjpeg_failure_install(cjpeg_failure *failure);

/// Leaves to the entry of the shim.
_Noreturn void cjpeg_fail(cjpeg_failure *failure, cjpeg_status status, const char *message);

#endif
