# Sourced by scripts that make libglint.

# link_library OBJECTS OUTPUT COMMAND...: links the objects of the library, which the file OBJECTS lists, once more with
# Swift's runtime in it: a build of its own would compile all again. COMMAND is the Swift compiler.
link_library() {
  local objects=$1 output=$2 folder
  shift 2
  folder=$(dirname "$output")
  # Only the functions of glint.h are seen from outside: other libraries of Swift in one program do not get in the way.
  printf '{ global: glint_*; local: *; };\n' > "$folder/exports"
  "$@" -emit-library -static-stdlib -o "$output" "@$objects" -ljpeg -lpng -lm \
    -Xlinker -soname -Xlinker libglint.so.0 -Xlinker --version-script="$folder/exports" -Xlinker --gc-sections >&2 ||
    die "the library does not link; the linker's words are above"
  rm -f "$folder/exports"
}

# lay_library LIBRARY FOLDER LIBRARIES PREFIX: puts the library with its header and pkg-config file into FOLDER, whose
# folder of libraries is LIBRARIES, as in lib; PREFIX is what pkg-config calls FOLDER.
lay_library() {
  local library=$1 folder=$2 libraries=$3 prefix=$4
  install -D -m 644 Sources/CGlint/include/glint.h "$folder/include/glint.h"
  install -D -m 644 "$library" "$folder/$libraries/libglint.so.0"
  ln -sf libglint.so.0 "$folder/$libraries/libglint.so"
  mkdir -p "$folder/$libraries/pkgconfig"
  cat > "$folder/$libraries/pkgconfig/glint.pc" << PC
prefix=$prefix
Name: glint
Description: int8 classifiers and face detectors
Version: $(glint_version)
Cflags: -I\${prefix}/include
Libs: -L\${prefix}/$libraries -lglint
PC
}

glint_version() { sed -n 's/.*static let current = "\(.*\)"/\1/p' Sources/Models/Version.swift; }
