#include "glint.h"

// Programs of other languages copy this layout.
_Static_assert(sizeof(glint_face) == 20, "five floats");
