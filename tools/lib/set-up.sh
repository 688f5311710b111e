# Sourced by the scripts of this folder: makes sure that a Swift toolchain and the system's libraries are there.
# Says what it installs and why; asks for nothing. Does nothing, and in no time, where all is there.

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# Debian's package names, and what each is for.
glint_packages=(
  "libjpeg-dev        reading and writing JPEG"
  "libpng-dev         reading and writing PNG"
  "libv4l-dev         webcams that speak none of MJPEG, YUYV and NV12"
  "libwebsockets-dev  the page of glint live"
  "libmosquitto-dev   MQTT brokers"
)

# What some suites run beside the program; they say so and are left out where it is missing.
test_packages=(
  "mosquitto          a broker for glint live --mqtt"
  "mosquitto-clients  what the broker passes on"
  "zbar-tools         reading QR codes"
  "ffmpeg             cameras of the network, and recordings"
)

# For building and running aarch64 programs on another machine.
aarch64_packages=(
  "qemu-user              running aarch64 programs, with instructions counted"
  "qemu-user-static       running aarch64 programs"
  "gcc-aarch64-linux-gnu  the aarch64 linker"
  "libc6-dev-arm64-cross  the aarch64 C library"
)

need_swift() {
  command -v swift > /dev/null && return
  if command -v apt-get > /dev/null && apt-cache show swiftlang > /dev/null 2>&1; then
    say "Installing swiftlang: the Swift compiler."
    as_root apt-get install -y -q swiftlang || die "could not install swiftlang"
    return
  fi
  die "no Swift toolchain found. On Debian 13 or Raspberry Pi OS: apt install swiftlang. Elsewhere: swift.org/install."
}

# The compiler that builds the C of the package.
swift_clang() {
  local clang
  clang=$(dirname "$(readlink -f "$(command -v swift)")")/clang
  [ -x "$clang" ] || clang=$(command -v clang) || die "no clang found beside swift"
  printf '%s\n' "$clang"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo > /dev/null; then sudo DEBIAN_FRONTEND=noninteractive "$@"
  else die "needs root or sudo for: $*"
  fi
}

# Installs the packages of its arguments ("name   what for") that are missing.
need_packages() {
  local line name missing=()
  if ! command -v dpkg-query > /dev/null; then
    say "This is no Debian system, so nothing is installed for you. Needed, under your system's names:"
    for line in "$@"; do say "  $line"; done
    return
  fi
  for line in "$@"; do
    name=${line%% *}
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2> /dev/null)" = installed ] && continue
    missing+=("$name")
    say "Missing: $line"
  done
  [ ${#missing[@]} = 0 ] && return
  say "Installing: ${missing[*]}"
  # One script at a time, since apt-get gives up where another is at work.
  {
    flock 9
    as_root apt-get install -y -q --no-install-recommends "${missing[@]}" > /dev/null 2>&1 9<&- && return
    as_root apt-get update -q > /dev/null 9<&- || say "apt-get update failed; trying with the lists that are here"
    as_root apt-get install -y -q --no-install-recommends "${missing[@]}" > /dev/null 9<&- ||
      die "could not install ${missing[*]}. Install them by hand and run this again."
  } 9< "${BASH_SOURCE[0]}"
}

set_up() {
  need_packages "${glint_packages[@]}"
  need_swift
}

# Builds a product in release mode, quietly where all goes well, and prints the program's path.
build_glint() {
  say "Building glint (a first build takes some minutes)..."
  swift build -c release --product glint >&2 || die "the build failed; the compiler's words are above"
  printf '%s/glint\n' "$(swift build -c release --show-bin-path)"
}
