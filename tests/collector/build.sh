#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the real OpenTelemetry Collector that the tests send to: main.go with
# the sources that Debian packages, in a chroot of a release that has them.
# The result is one static program, kept as .cache/collector/otelcol; the
# chroot (3 GB for some three minutes) is removed, and a second run does nothing.
#
# usage: tests/collector/build.sh
#
# Exit status 0: the program is there.  Else it can not be built here, and
# .cache/collector/missing holds the reason in one line, for the tests to skip
# with.  Wants root (or sudo), a network and 4 GB of disk.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=contrib/lib/setup.sh
. "$HERE/../../contrib/lib/setup.sh"

RELEASE=forky # the first one with golang-opentelemetry-collector-dev
PACKAGES=(golang-go golang-opentelemetry-collector-dev)
NEEDED_KB=$((4 * 1024 * 1024))

DIR=$SETUP_CACHE/collector
ROOT=$DIR/chroot
PROGRAM=$DIR/otelcol

why=        # what is not possible if this run ends now
finish() {
  local status=$?
  remove_chroot
  if ((status != 0)); then
    echo "${why:-interrupted}" >"$DIR/missing"
    echo "  no OpenTelemetry Collector: ${why:-interrupted}; the tests that need it are skipped"
  fi
  exit "$status"
}

# Nothing may be mounted in what is removed, also where an earlier run was killed.
remove_chroot() {
  rm -rf "$ROOT.scripts"
  [[ -e $ROOT ]] || return 0
  while mountpoint -q "$ROOT/proc"; do
    setup_as_root umount "$ROOT/proc" || return
  done
  setup_as_root rm -rf --one-file-system "$ROOT"
}

version() {
  sha256sum "$HERE/main.go" | cut -d' ' -f1
}

built() {
  [[ -x $PROGRAM && $(cat "$PROGRAM.version" 2>/dev/null) == "$(version)" ]]
}

# The mirror this machine uses for its own release.
mirror() {
  local codename
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT) $(ORIGIN)' |
    awk -v release="$codename" '$2 == release && $3 == "main" && $4 == "Debian" { print $1; exit }'
}

# debootstrap with the release's script, which older versions of it lack.
make_chroot() { # MIRROR
  mkdir -p "$ROOT.scripts"
  cp -a /usr/share/debootstrap/. "$ROOT.scripts/"
  ln -sfn sid "$ROOT.scripts/scripts/$RELEASE"
  setup_as_root env DEBOOTSTRAP_DIR="$ROOT.scripts" debootstrap --variant=minbase \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg "$RELEASE" "$ROOT" "$1"
}

# What the machine's apt goes through, the chroot's does; nothing in there
# has to survive a power failure.
prepare_chroot() {
  apt-config dump | grep -E '^Acquire::https?::Proxy' |
    setup_as_root tee "$ROOT/etc/apt/apt.conf.d/90machine" || true
  echo 'Acquire::Check-Valid-Until "false";' |
    setup_as_root tee "$ROOT/etc/apt/apt.conf.d/91archive"
  printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-exclude=/usr/share/man/*' \
    'path-exclude=/usr/share/locale/*' | setup_as_root tee "$ROOT/etc/dpkg/dpkg.cfg.d/90quick"
  setup_as_root cp /etc/hosts /etc/resolv.conf "$ROOT/etc/"
  mountpoint -q "$ROOT/proc" || setup_as_root mount -t proc proc "$ROOT/proc"
}

in_chroot() {
  setup_as_root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C \
    DEBIAN_FRONTEND=noninteractive "$@"
}

install_packages() {
  in_chroot chroot "$ROOT" apt-get update &&
    in_chroot chroot "$ROOT" apt-get install -y --no-install-recommends "${PACKAGES[@]}"
}

compile() {
  setup_as_root mkdir -p "$ROOT/build" &&
    setup_as_root cp "$HERE/main.go" "$ROOT/build/" &&
    in_chroot GO111MODULE=off GOPATH=/usr/share/gocode CGO_ENABLED=0 GOCACHE=/build/cache \
      GOTOOLCHAIN=local chroot "$ROOT" \
      go build -trimpath -ldflags='-s -w' -o /build/otelcol /build/main.go &&
    cp "$ROOT/build/otelcol" "$PROGRAM.new" && "$PROGRAM.new" --version
}

# step WHY-NOT WHAT COMMAND...: one line of progress; its failure is the reason.
step() {
  why=$1
  shift
  setup_quietly "$@"
}

mkdir -p "$DIR"
! built || exit 0
exec 9>"$DIR/lock"
flock 9 # two runs in one tree share one build
! built || exit 0
trap finish EXIT
trap 'exit 130' HUP INT TERM
remove_chroot

why="not root and no sudo"
[[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null || exit 1
why="this machine is no Debian, and its apt knows no Debian mirror"
command -v apt-get >/dev/null && site=$(mirror) && [[ -n $site ]] || exit 1
why="less than $((NEEDED_KB / 1024 / 1024)) GB free in .cache/"
(($(df --output=avail "$DIR" | tail -n 1) >= NEEDED_KB)) || exit 1
why="debootstrap can not be installed"
setup_packages debootstrap debian-archive-keyring

step "no chroot of Debian $RELEASE could be made (no network?)" \
  "chroot of Debian $RELEASE, for a Collector" make_chroot "$site"
step "no file system can be mounted here" "its files" prepare_chroot
step "${PACKAGES[*]} could not be installed in a chroot" "Go and the Collector's sources" \
  install_packages
step "main.go does not compile with Debian's packages" "OpenTelemetry Collector" compile
why="the program could not be kept"
mv "$PROGRAM.new" "$PROGRAM"
version >"$PROGRAM.version"
rm -f "$DIR/missing"
