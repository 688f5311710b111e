// Glint for C: label pictures and find faces with a model file.
//
// One handle serves one thread at a time; several threads have one each. Nothing is thrown across this border: calls
// that fail return GLINT_ERROR or NULL, and text says why. Texts are UTF-8 and end with a zero byte.
#ifndef GLINT_H
#define GLINT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// An opened model.
typedef struct glint glint;

/// A face: pixels of the picture, x to the right and y down; it may reach beyond the picture.
typedef struct glint_face {
  float x, y, width, height;
  float certainty;  ///< how sure the detector is that it is one, 0 to 1
} glint_face;

enum {
  GLINT_UNSURE = -1,  ///< the model knows that it cannot say
  GLINT_ERROR = -2    ///< the call failed: see glint_error
};

/// The version, as in "0.2.0".
const char *glint_version(void);

/// Opens a model, and checks that it computes here what it computed where it was made.
///
/// detector: the file of a face detector, or NULL: with one, the main face of a whole photo is found before it is
/// labelled. threads: 1 to 256; they change no answer. Returns NULL where that fails; then error, unless it is NULL,
/// has the reason, cut to error_size bytes with its zero. A file may ask for at most 10,000 nodes, 1 GiB of memory and
/// 20 G multiply-adds a picture, unless the environment has GLINT_TRUST=1.
glint *glint_open(const char *model, const char *detector, int threads, char *error, size_t error_size);

/// Closes a model; NULL is passed over.
void glint_close(glint *handle);

/// How many labels the model has.
int glint_label_count(const glint *handle);

/// The name of a label, NULL where there is none of that number. It lives as long as the handle.
const char *glint_label(const glint *handle, int index);

/// Labels pixels [height][width][3], red, green, blue, whose rows are stride bytes apart (3 * width where they follow
/// each other). probabilities: NULL, or room for one a label. Returns the label's number, GLINT_UNSURE or GLINT_ERROR.
int glint_classify_rgb(glint *handle, const uint8_t *pixels, int width, int height, size_t stride,
                       float *probabilities);

/// The same for a JPEG or PNG file, turned upright as it says.
int glint_classify_file(glint *handle, const char *path, float *probabilities);

/// Finds faces in such pixels, the surest first. faces: room for capacity of them, NULL only for capacity 0. Returns
/// how many there are, be it more than capacity, or GLINT_ERROR, also where no detector was opened.
int glint_find_faces(glint *handle, const uint8_t *pixels, int width, int height, size_t stride, glint_face *faces,
                     int capacity);

/// Why the latest call with this handle failed; empty where none did. It lives until the next call.
const char *glint_error(const glint *handle);

#ifdef __cplusplus
}
#endif

#endif
