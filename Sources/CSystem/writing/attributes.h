// What a file that is replaced hands on to the one that replaces it.
#ifndef CSYSTEM_ATTRIBUTES_H
#define CSYSTEM_ATTRIBUTES_H

#include "../places/place.h"

// Gives an open file the mode, the owner and the extended attributes of what stands at `place`; 0 or an errno.
int sys_keep_attributes(int descriptor, const sys_place *place);

#endif
