# Sourced by tools/build-packages: the parts of one package.

# The name of an architecture's folders of libraries.
triplet() { case $1 in amd64) echo x86_64-linux-gnu ;; arm64) echo aarch64-linux-gnu ;; esac; }

# Models that come along: those that serve where none is named, and what `glint teach` learns beside.
package_models=(compact.int8.safetensors face-detector.int8.safetensors compact.features.safetensors)

# package_build ARCHITECTURE WORK: the program and the library, stripped, as WORK/glint and WORK/libglint.so.
package_build() {
  local architecture=$1 work=$2 word built binutils='' link=() compiler=(in_debian_folder "$debian_host" swiftc)
  export GLINT_SMALL=yes
  for word in glint libglint; do
    debian_swift_build "$architecture" yes "$work/$word.log" --product "$word" --scratch-path "$work/build" \
      -Xswiftc -use-ld=lld
  done
  built=$(echo "$work"/build/x86_64-*/release)
  if [ "$architecture" = arm64 ]; then
    built=$(echo "$work"/build/aarch64-*/release) binutils=aarch64-linux-gnu-
    compiler+=(-target aarch64-unknown-linux-gnu -sdk /sdk -resource-dir /sdk/usr/libexec/swift/lib/swift_static
      -Xclang-linker --sysroot=/sdk)
  fi
  for word in --gc-sections --icf=all -O2 -z pack-relative-relocs; do link+=(-Xlinker "$word"); done
  compiler+=(-use-ld=lld "${link[@]}")
  for word in glint libglint; do
    package_objects "$built/$word.product/Objects.LinkFileList" "$work/objects-$word" "${binutils}objcopy"
  done
  link_library "$work/objects-libglint/list" "$work/libglint.so" "${compiler[@]}"
  # Linked once more as the package manager of Swift does, which lets a program look for libraries beside itself and
  # shows all names of the program to libraries.
  "${compiler[@]}" -emit-executable -static-stdlib -o "$work/glint" "@$work/objects-glint/list" \
    -ljpeg -lpng -lz -lm -lv4lconvert -lwebsockets -lmosquitto \
    -lFoundationEssentials -l_FoundationCollections -l_FoundationCShims \
    -Xlinker --defsym=main=GlintCommand_main -Xlinker --no-export-dynamic > "$work/link.log" 2>&1 ||
    { cat "$work/link.log" >&2; die "the program does not link"; }
  "${binutils}strip" --strip-unneeded "$work/libglint.so"
  "${binutils}strip" --strip-all "$work/glint"
}

# package_objects LIST FOLDER OBJCOPY: copies of the objects that LIST names, and FOLDER/list, which names them, without
# the tables for unwinding the stack, a twentieth of the program: neither Swift nor the C of Glint throws.
package_objects() {
  local number=0 object
  rm -rf "$2"
  mkdir -p "$2"
  while read -r object; do
    number=$((number + 1))
    "$3" --remove-section .eh_frame "$object" "$2/$number.o"
    printf '%s\n' "$2/$number.o" >> "$2/list"
  done < <(tr -d "'" < "$1")
}

# package_run ARCHITECTURE COMMAND...: a command among Debian's programs, QEMU before programs of aarch64.
package_run() {
  local architecture=$1
  shift
  if [ "$architecture" = arm64 ]; then
    cp -u "$(command -v qemu-aarch64-static)" "$debian_host/usr/bin/"
    set -- qemu-aarch64-static -L /sdk "$@"
  fi
  in_debian_folder "$debian_host" "$@"
}

# package_tree ARCHITECTURE WORK TREE: all files, where they are installed.
package_tree() {
  local architecture=$1 work=$2 tree=$3 name shell
  install -D -m 755 "$work/glint" "$tree/usr/bin/glint"
  lay_library "$work/libglint.so" "$tree/usr" "lib/$(triplet "$architecture")" /usr
  for name in "${package_models[@]}"; do
    install -D -m 644 "Calibration/Models/$name" "$tree/usr/share/glint/$name"
  done
  mkdir -p "$tree/usr/lib/systemd/system" "$tree/etc/default" "$tree/usr/share/doc/glint" "$tree/usr/share/man/man1"
  service_unit '/usr/bin/glint live $GLINT_LIVE' 'EnvironmentFile=-/etc/default/glint-live' \
    > "$tree/usr/lib/systemd/system/glint-live.service"
  install -m 644 tools/lib/package/glint-live "$tree/etc/default/glint-live"
  package_texts "$tree/usr/share/doc/glint"
  package_manual "$architecture" "$work" "$tree/usr/share/man/man1"
  install -d "$tree"/usr/share/{bash-completion/completions,zsh/vendor-completions,fish/vendor_completions.d}
  for shell in bash:bash-completion/completions/glint zsh:zsh/vendor-completions/_glint \
    fish:fish/vendor_completions.d/glint.fish; do
    package_run "$architecture" "$work/glint" --generate-completion-script "${shell%%:*}" \
      | sed '1{/^#!\/bin\/bash/d}' > "$tree/usr/share/${shell#*:}"
  done
  find "$tree" -type d -exec chmod 755 {} +
  find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# package_manual ARCHITECTURE WORK FOLDER: a page for each command, from what the commands say of themselves.
package_manual() {
  local architecture=$1 work=$2 folder=$3 parser=.build/checkouts/swift-argument-parser page
  package_run "$architecture" "$work/glint" --experimental-dump-help > "$work/help.json"
  [ -s "$work/help.json" ] || die "glint does not say what its commands are"
  debian_swift_build amd64 no "$work/manual.log" --package-path "$parser" --scratch-path "$PWD/.build/manual" \
    --product generate-manual
  printf '#!/bin/sh\nexec cat %s\n' "$work/help.json" > "$work/told"
  chmod 755 "$work/told"
  in_debian_folder "$debian_host" "$PWD/.build/manual/release/generate-manual" "$work/told" --multi-page \
    --date "$date" --output-directory "$folder"
  for page in "$folder"/*; do
    # A page's name is that of its file. mdoc has no empty lines, takes an apostrophe in front of a line for a request,
    # and fills lines, examples too, unless told.
    sed -i -e "/^\.Sh NAME/,/^\.Sh SYNOPSIS/s/^\.Nm .*/.Nm $(basename "$page" .1)/" \
      -e "/^\.Sh SYNOPSIS/,/^\.Sh [^S]/s/^\.Nm\$/.Nm \"$(basename "$page" .1 | tr . ' ')\"/" -e 's/^$/.Pp/' \
      -e "s/^'/\\\\\&'/" "$page"
    awk '/^  / != shown { print shown ? ".Ed" : ".Bd -literal -compact"; shown = !shown }
      { print } END { if (shown) print ".Ed" }' "$page" > "$work/page"
    cp "$work/page" "$page"
    gzip -9n "$page"
  done
}

# package_texts FOLDER: what Debian asks every package for.
package_texts() {
  { cat tools/lib/package/copyright; printf '\n'; sed -n '/^## What you may do/,/^## /p' Calibration/Models/README.md |
    sed '$d; s/^$/./; s/^/ /'; } > "$1/copyright"
  {
    printf 'glint (%s) stable; urgency=medium\n\n  * See changes.md.gz beside this file.\n\n' "$version"
    printf ' -- %s  %s\n' "$maintainer" \
      "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
  } | gzip -9n > "$1/changelog.gz"
  gzip -9nc Sources/Glint/Glint.docc/Changelog.md > "$1/changes.md.gz"
}

# package_control ARCHITECTURE WORK TREE BYTES: what dpkg reads.
package_control() {
  local architecture=$1 work=$2 tree=$3 bytes=$4 name
  mkdir -p "$tree/DEBIAN"
  sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@MAINTAINER@/$maintainer/" \
    -e "s/@SIZE@/$(((bytes + 1023) / 1024))/" \
    -e "s/@DEPENDS@/$(package_dependencies "$architecture" "$work")/" tools/lib/package/control \
    > "$tree/DEBIAN/control"
  printf '/etc/default/glint-live\n' > "$tree/DEBIAN/conffiles"
  printf 'libglint 0 glint (>= %s)\n' "$version" > "$tree/DEBIAN/shlibs"
  printf 'activate-noawait ldconfig\n' > "$tree/DEBIAN/triggers"
  for name in postinst prerm postrm; do install -m 755 "tools/lib/package/$name" "$tree/DEBIAN/$name"; done
  (cd "$tree" && find . -type f -not -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum) \
    > "$tree/DEBIAN/md5sums"
  chmod 644 "$tree"/DEBIAN/{control,conffiles,shlibs,triggers,md5sums}
  chmod 755 "$tree/DEBIAN"
}

# package_dependencies ARCHITECTURE WORK: by dpkg-shlibdeps, from the libraries that the program was linked with and
# what their own packages say of them.
package_dependencies() {
  local architecture=$1 work=$2 library owner folder options=()
  rm -rf "$work/libraries"
  mkdir -p "$work/libraries/debian"
  printf 'Source: glint\n\nPackage: glint\nArchitecture: any\n' > "$work/libraries/debian/control"
  for library in $(readelf -d "$work/glint" "$work/libglint.so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u); do
    owner=$(grep -lF "$library " "$debian_sdk"/.control/*/symbols | head -n 1)
    [ -n "$owner" ] || die "no package of Debian says that it has $library"
    owner=$(basename "$(dirname "$owner")")
    folder=$work/libraries/$owner
    mkdir -p "$folder/usr/lib/$(triplet "$architecture")"
    [ -d "$folder/DEBIAN" ] || cp -r "$debian_sdk/.control/$owner" "$folder/DEBIAN"
    cp -L "$debian_sdk/usr/lib/$(triplet "$architecture")/$library" "$folder/usr/lib/$(triplet "$architecture")/"
    options+=("-S$folder")
  done
  (cd "$work/libraries" && DEB_HOST_ARCH=$architecture dpkg-shlibdeps -O "${options[@]}" "$work/glint" \
    "$work/libglint.so" 2> "$work/dependencies.log") | sed -n 's/^shlibs:Depends=//p'
}
