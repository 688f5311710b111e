// What a program needs of the C library that Embedded Swift has no word for: its arguments, numbers as text, standard
// error, its end.
#ifndef CPROGRAM_H
#define CPROGRAM_H

#include <stdbool.h>

/// An argument of the program's command line, 0 being its name, or NULL behind the last: Embedded Swift has no
/// CommandLine.
const char *cp_argument(int index);

/// The shortest decimal text, of at most 9 digits, that reads back as `number`.
void cp_float_text(float number, char text[32]);

/// Writes a text to standard output.
void cp_print(const char *text);

/// Writes what is left to standard output; false where any of it could not be written.
bool cp_flush(void);

/// Writes a text to standard error.
void cp_print_error(const char *text);

/// Ends the program.
_Noreturn void cp_exit(int status);

#endif
