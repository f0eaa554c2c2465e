#!/usr/bin/env bash
# Gets the program: built from the sources that the action came with, or from a release, whose archive must have the checksum
# that the release's SHA256SUMS gives. Output: `program`, its path.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/common.sh"

line version "$VERSION"
switch cache "$CACHE"
source=$(dirname "$here")
work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/keysieve-get.XXXXXX")
suffix=""
case $(uname -s) in MINGW* | MSYS* | CYGWIN*) suffix=.exe ;; esac

# Of the standard input.
sum() { if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi; }

# The digest of everything that is compiled: the commit is not known, the action comes without its repository.
digest() {
  (
    cd "$source"
    LC_ALL=C find Cargo.toml Cargo.lock build.rs src rules docs/ci -type f -print | LC_ALL=C sort | tr '\n' '\0' | xargs -0 cat | sum
    rustc --version 2>/dev/null || true
  ) | sum | cut -c 1-40
}

build() {
  command -v cargo >/dev/null 2>&1 ||
    stop 2 "cargo is missing, so keysieve cannot be built: install Rust, or take a release with \`version:\`"
  # From the sources' own directory: cargo and rustup take settings, programs to run among them, from the one they start in, and
  # the one of the job holds what is to be scanned.
  (cd "$source" && quoting cargo build --release --locked --target-dir "$work/target")
  program=$work/target/release/keysieve$suffix
}

target() {
  case $(uname -s):$(uname -m) in
    Linux:x86_64) echo x86_64-unknown-linux-musl ;;
    Linux:aarch64 | Linux:arm64) echo aarch64-unknown-linux-musl ;;
    Darwin:x86_64) echo x86_64-apple-darwin ;;
    Darwin:arm64) echo aarch64-apple-darwin ;;
    MINGW*:x86_64 | MSYS*:x86_64 | CYGWIN*:x86_64) echo x86_64-pc-windows-msvc ;;
    *) stop 2 "there is no release for $(uname -s) on $(uname -m): leave \`version\` empty, and keysieve is built" >&2 ;;
  esac
}

# download URL FILE
download() {
  curl --fail --silent --show-error --location --retry 3 --max-time 300 --output "$2" -- "$1" ||
    stop 2 "version $version: $1 cannot be fetched"
}

release() {
  local target archive wanted found
  target=$(target)
  archive=keysieve-$version-$target.tar.gz
  download "$releases/v$version/SHA256SUMS" "$work/SHA256SUMS"
  download "$releases/v$version/$archive" "$work/$archive"
  # `digest  name`, or `digest *name`.
  wanted=$(awk -v name="$archive" '{ sub(/^\*/, "", $2) } NF == 2 && $2 == name { print $1 }' "$work/SHA256SUMS")
  [[ $wanted =~ ^[0-9a-f]{64}$ ]] || stop 2 "SHA256SUMS of version $version has no single checksum of $archive"
  found=$(sum <"$work/$archive" | cut -d ' ' -f 1)
  [ "$found" = "$wanted" ] || stop 2 "$archive has the checksum $found, and SHA256SUMS says $wanted: it was not unpacked"
  mkdir "$work/unpacked"
  tar -xzf "$work/$archive" -C "$work/unpacked"
  program=$(find "$work/unpacked" -type f -name "keysieve$suffix")
  [ -f "$program" ] || stop 2 "$archive holds no keysieve$suffix, or several"
}

if [ -z "$VERSION" ]; then
  kept=sources-$(digest)
else
  version=${VERSION#v}
  [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] ||
    stop 2 "input version: \`$VERSION\` is no version, such as 1.2.3"
  releases=${KEYSIEVE_RELEASES:-}
  if [ -z "$releases" ]; then
    [ -n "$ACTION_REPOSITORY" ] ||
      stop 2 "input version: the action does not come from a repository, so it has no releases; leave \`version\` empty"
    releases=$SERVER/$ACTION_REPOSITORY/releases/download
  fi
  kept=$version-$(target)
fi

# The directory of tools that a self-hosted runner keeps between jobs.
store=${RUNNER_TOOL_CACHE:-}
[ -z "$store" ] || store=$store/keysieve/$kept
if [ "$CACHE" = true ] && [ -n "$store" ] && [ -x "$store/keysieve$suffix" ]; then
  program=$store/keysieve$suffix
else
  if [ -z "$VERSION" ]; then build; else release; fi
  if [ "$CACHE" = true ] && [ -n "$store" ] && mkdir -p "$store" 2>/dev/null; then
    # In one step: two jobs may do this at once.
    if cp "$program" "$store/new.$$" && mv -f "$store/new.$$" "$store/keysieve$suffix"; then
      program=$store/keysieve$suffix
    else
      rm -f "$store/new.$$"
      warning "keysieve could not be kept in $store"
    fi
  fi
fi
"$program" --version
output program "$program"
