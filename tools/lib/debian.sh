# Sourced by scripts that need programs of another Debian or of another architecture: folders that look like an
# installed system, made of Debian's packages without installing any.

# The Debian mirror that this machine uses, or Debian's own.
debian_mirror() {
  local found
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2> /dev/null |
    sed -nE 's#^(deb |URIs:).*(https?://[^ ]+/debian)/?( .*)?$#\2#p' | head -n 1)
  printf '%s\n' "${found:-http://deb.debian.org/debian}"
}

# debian_folder FOLDER ARCHITECTURE RELEASE PACKAGE...: unpacks the packages and all that they depend on into FOLDER,
# and what they say of themselves into .control/PACKAGE there. Does nothing where that was done before with the same
# packages.
debian_folder() {
  local folder=$1 architecture=$2 release=$3 apt=$1.apt wanted package link
  shift 3
  wanted="$architecture $release $*"
  [ "$(cat "$folder/.packages" 2> /dev/null)" = "$wanted" ] && return
  say "Fetching Debian $release for $architecture into $folder: $*"
  rm -rf "$folder"
  mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
  : > "$apt/status"
  printf 'deb [signed-by=%s] %s %s main\n' /usr/share/keyrings/debian-archive-keyring.gpg "$(debian_mirror)" \
    "$release" > "$apt/sources.list"
  cat > "$apt/apt.conf" << CONF
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Parts "/dev/null";
Dir::State "$apt/state";
Dir::State::Status "$apt/status";
Dir::Cache "$apt/cache";
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Debug::NoLocking "true";
Acquire::Languages "none";
CONF
  APT_CONFIG=$apt/apt.conf apt-get update -q > "$apt/log" 2>&1 || die "apt-get update failed; $apt/log says why"
  APT_CONFIG=$apt/apt.conf apt-get install -y -q --download-only "$@" >> "$apt/log" 2>&1 ||
    die "could not fetch the packages; $apt/log says why"
  for link in bin lib lib64 sbin; do
    mkdir -p "$folder/usr/$link"
    ln -s "usr/$link" "$folder/$link"
  done
  mkdir "$folder/.control"
  for package in "$apt"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$folder" && dpkg-deb -e "$package" "$folder/.control/$(dpkg-deb -f "$package" Package)" ||
      die "$package is damaged"
  done
  rm -rf "$apt"
  printf '%s\n' "$wanted" > "$folder/.packages"
}

# in_debian_folder FOLDER COMMAND...: runs a command with FOLDER as the whole system, but for the present folder, which
# is there under its own path. Needs no root where the kernel lets users make namespaces.
in_debian_folder() {
  local folder=$1 as_user=()
  shift
  [ "$(id -u)" = 0 ] || as_user=(--map-root-user)
  mkdir -p "$folder$PWD" "$folder/proc" "$folder/dev" "$folder/tmp" "$folder/root"
  unshare "${as_user[@]}" --mount --pid --fork bash -c '
    set -e
    folder=$1 here=$2
    shift 2
    mount --bind "$here" "$folder$here"
    mount -t proc proc "$folder/proc"
    mount --rbind /dev "$folder/dev"
    exec chroot "$folder" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/libexec/swift/bin:/usr/bin:/bin \
      /bin/sh -c "cd \"\$0\" && exec \"\$@\"" "$here" "$@"' in_debian_folder "$folder" "$PWD" "$@"
}
