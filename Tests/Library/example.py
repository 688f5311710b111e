"""Labels JPEG and PNG files through libglint and finds faces in pixels, with Python's ctypes alone:
    example.py LIBRARY MODEL DETECTOR PICTURE...
One line a picture: its file, the label, the probability of each label."""

import ctypes
import sys


class Face(ctypes.Structure):
    _fields_ = [(name, ctypes.c_float) for name in ("x", "y", "width", "height", "certainty")]


def load(path):
    library = ctypes.CDLL(path)
    library.glint_open.restype = ctypes.c_void_p
    for name in ("label", "error", "version"):
        getattr(library, f"glint_{name}").restype = ctypes.c_char_p
    return library


def main(path, model_file, detector, *pictures):
    library, error = load(path), ctypes.create_string_buffer(256)
    opened = library.glint_open(model_file.encode(), detector.encode(), 1, error, ctypes.c_size_t(len(error)))
    if not opened:
        sys.exit(f"example.py: {error.value.decode()}")
    model = ctypes.c_void_p(opened)
    probabilities = (ctypes.c_float * library.glint_label_count(model))()
    for picture in pictures:
        label = library.glint_classify_file(model, picture.encode(), probabilities)
        if label == -2:
            sys.exit(f"example.py: {library.glint_error(model).decode()}")
        name = "unsure" if label == -1 else library.glint_label(model, label).decode()
        print(picture, name, *(f"{value:.9g}" for value in probabilities))
    grey, faces = bytes([128]) * (64 * 48 * 3), (Face * 4)()
    found = library.glint_find_faces(model, grey, 64, 48, ctypes.c_size_t(64 * 3), faces, len(faces))
    if found != 0:
        sys.exit(f"example.py: {found} faces in plain grey")
    library.glint_close(model)


main(*sys.argv[1:])
