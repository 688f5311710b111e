#include "failure.h"

#include <jerror.h>
#include <string.h>

_Noreturn void cjpeg_fail(cjpeg_failure *failure, cjpeg_status status, const char *message) {
  failure->status = status;
  strncpy(failure->message, message, sizeof failure->message - 1);
  failure->message[sizeof failure->message - 1] = 0;
  longjmp(failure->entry, 1);
}

static _Noreturn void leave(j_common_ptr info, cjpeg_status status) {
  cjpeg_failure *failure = (cjpeg_failure *)info->err;
  failure->status = status;
  failure->manager.format_message(info, failure->message);
  longjmp(failure->entry, 1);
}

static void error_exit(j_common_ptr info) {
  switch (info->err->msg_code) {
    case JERR_OUT_OF_MEMORY: leave(info, CJPEG_NO_MEMORY);
    case JERR_IMAGE_TOO_BIG: leave(info, CJPEG_TOO_LARGE);
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_COMPONENT_COUNT:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL: leave(info, CJPEG_UNSUPPORTED);
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
    case JERR_NO_IMAGE:  // a file that ends, by a marker, before any picture
      leave(info, CJPEG_TRUNCATED);
    default: leave(info, CJPEG_DAMAGED);
  }
}

// libjpeg calls damage a warning and goes on with grey, which no training may see. Warnings that leave the
// pixels whole pass.
static void emit_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  const cjpeg_failure *failure = (const cjpeg_failure *)info->err;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
      if (!failure->forgive_missing_end) leave(info, CJPEG_TRUNCATED);
      return;  // rows that are missing are noticed as JWRN_HIT_MARKER
    case JWRN_HIT_MARKER: leave(info, CJPEG_TRUNCATED);
    case JWRN_ADOBE_XFORM:
    case JWRN_BOGUS_ICC:
    case JWRN_EXTRANEOUS_DATA:  // padding before a marker; many cameras write it
    case JWRN_JFIF_MAJOR:
    case JWRN_TOO_MUCH_DATA: return;
    default: leave(info, CJPEG_DAMAGED);
  }
}

static void output_message(j_common_ptr info) { (void)info; }  // nothing on standard error

struct jpeg_error_mgr *cjpeg_failure_install(cjpeg_failure *failure) {
  jpeg_std_error(&failure->manager);
  failure->manager.error_exit = error_exit;
  failure->manager.emit_message = emit_message;
  failure->manager.output_message = output_message;
  return &failure->manager;
}
