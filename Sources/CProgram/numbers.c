#include "CProgram.h"

#include <stdio.h>
#include <stdlib.h>

void cp_float_text(float number, char text[32]) {
  // 9 digits always read back as the same float (IEEE 754 binary32), fewer often do.
  for (int digits = 1; digits <= 9; digits++) {
    snprintf(text, 32, "%.*g", digits, (double)number);
    if (strtof(text, NULL) == number) return;
  }
}
