# Sourced by scripts that try something on a bare Debian 13, of this or of another architecture, in a folder. Needs root
# and debian.sh.

# debian_root FOLDER ARCHITECTURE: a fresh one. debootstrap makes it once; .build/debian keeps it.
debian_root() {
  local folder=$1 architecture=$2 kept=$PWD/.build/debian/bare-$2.tar
  [ "$architecture" = "$(dpkg --print-architecture)" ] || run_foreign_programs
  if [ ! -e "$kept" ]; then
    say "Making a bare Debian 13 for $architecture (under QEMU this takes some minutes)..."
    as_root rm -rf "$folder"
    mkdir -p "$(dirname "$kept")" "$(dirname "$folder")"
    as_root debootstrap --variant=minbase --arch="$architecture" trixie "$folder" "$(debian_mirror)" \
      > "$kept.log" 2>&1 || die "debootstrap failed; $kept.log says why"
    as_root rm -rf "$folder/var/cache/apt/archives" "$folder/debootstrap"
    as_root tar -C "$folder" --one-file-system -cf "$kept.part" .
    as_root mv "$kept.part" "$kept"
  fi
  as_root rm -rf "$folder"
  mkdir -p "$folder"
  as_root tar -C "$folder" -xf "$kept"
}

# Has the kernel start programs of aarch64 through QEMU.
run_foreign_programs() {
  local formats=/proc/sys/fs/binfmt_misc
  [ -e "$formats/register" ] || as_root mount -t binfmt_misc binfmt_misc "$formats" ||
    die "this kernel starts no programs of other architectures"
  [ -e "$formats/qemu-aarch64" ] || as_root update-binfmts --enable qemu-aarch64 ||
    die "qemu-user-static has not told how programs of aarch64 are started"
}

# in_root FOLDER COMMAND...: runs a command as root of such a folder, with the network and no other files.
in_root() {
  local folder=$1
  shift
  as_root unshare --mount --pid --fork bash -c '
    set -e
    mount -t proc proc "$1/proc"
    mount --bind /dev "$1/dev"
    cat /etc/resolv.conf > "$1/etc/resolv.conf"
    folder=$1
    shift
    exec chroot "$folder" /usr/bin/env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
      PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"' in_root "$folder" "$@"
}
