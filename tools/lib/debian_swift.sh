# Sourced by scripts that build with the Swift of Debian 13, for this machine or for aarch64, whatever Debian this one
# is: a compiler for this machine takes Debian's packages of the other architecture as its SDK. All is kept in
# .build/debian (8 GB): delete it to start anew.

debian_host=$PWD/.build/debian/host

# debian_swift ARCHITECTURE: makes the folder of the compiler, and for arm64 that of its SDK, whose path goes to
# debian_sdk: where programs for ARCHITECTURE find their libraries.
debian_swift() {
  local repository url
  [ "$(uname -m)" = x86_64 ] || die "this machine is no x86-64 one"
  mkdir -p "$debian_host"
  debian_folder "$debian_host" amd64 trixie swiftlang git dash coreutils libc6-dev libstdc++-14-dev \
    "${glint_packages[@]%% *}"
  debian_sdk=$debian_host
  if [ "$1" = arm64 ]; then
    debian_sdk=$debian_host/sdk
    debian_folder "$debian_sdk" arm64 trixie swiftlang libstdc++-14-dev "${glint_packages[@]%% *}"
    # Programs look for their libraries where the compiler saw them; under QEMU the SDK is the root.
    ln -sfn . "$debian_sdk/sdk"
  fi
  # Without a user and a home, the package manager misses what its compiler can do.
  printf 'root:x:0:0:root:/root:/bin/sh\n' > "$debian_host/etc/passwd"
  debian_destination /usr/libexec/swift/lib/swift > "$debian_host/etc/aarch64.json"
  debian_destination /usr/libexec/swift/lib/swift_static > "$debian_host/etc/aarch64-static.json"

  # What this machine's Swift fetched serves as the source of the packages that Glint depends on.
  swift package resolve > /dev/null
  rm -f "$debian_host/etc/gitconfig"
  git config -f "$debian_host/etc/gitconfig" safe.directory '*'
  for repository in .build/repositories/*/; do
    url=$(git -C "$repository" config remote.origin.url)
    git config -f "$debian_host/etc/gitconfig" "url.$PWD/$repository.insteadOf" "$url"
  done
}

# The destination file of aarch64, with Swift's libraries in a folder of the SDK.
debian_destination() {
  cat << SDK
{
  "version": 1,
  "sdk": "/sdk",
  "toolchain-bin-dir": "/usr/libexec/swift/bin",
  "target": "aarch64-unknown-linux-gnu",
  "extra-cc-flags": ["-fPIC"],
  "extra-cpp-flags": [],
  "extra-swiftc-flags": [
    "-sdk", "/sdk", "-resource-dir", "/sdk$1", "-use-ld=lld",
    "-Xclang-linker", "--sysroot=/sdk"
  ]
}
SDK
}

# debian_swift_build ARCHITECTURE STATIC LOG ARGUMENT...: swift build in release mode; STATIC is yes where Swift's
# libraries go into the program. Dies where it fails or warns.
debian_swift_build() {
  local architecture=$1 static=$2 log=$3 destination=()
  shift 3
  [ "$static" = no ] || destination+=(--static-swift-stdlib)
  if [ "$architecture" = arm64 ]; then
    destination+=(--destination "/etc/aarch64$([ "$static" = no ] || printf -- -static).json")
  fi
  in_debian_folder "$debian_host" env GLINT_SMALL="${GLINT_SMALL:-}" swift build -c release "${destination[@]}" \
    --force-resolved-versions "$@" > "$log" 2>&1 || {
    tail -n 30 "$log" >&2
    die "the build failed; all of it is in $log"
  }
  if grep -qE "^$PWD/(Sources|Tests).*warning:" "$log"; then
    grep -E "^$PWD/(Sources|Tests).*warning:" "$log" >&2
    die "the build has warnings"
  fi
}
