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
# shellcheck source=contrib/lib/chroot.sh
. "$HERE/../../contrib/lib/chroot.sh"

RELEASE=forky # the first one with golang-opentelemetry-collector-dev
PACKAGES=(golang-go golang-opentelemetry-collector-dev)
NEEDED_KB=$((4 * 1024 * 1024))

DIR=$SETUP_CACHE/collector
ROOT=$DIR/chroot
PROGRAM=$DIR/otelcol

why=        # what is not possible if this run ends now
finish() {
  local status=$?
  chroot_remove "$ROOT"
  if ((status != 0)); then
    echo "${why:-interrupted}" >"$DIR/missing"
    echo "  no OpenTelemetry Collector: ${why:-interrupted}; the tests that need it are skipped"
  fi
  exit "$status"
}

version() {
  sha256sum "$HERE/main.go" | cut -d' ' -f1
}

built() {
  [[ -x $PROGRAM && $(cat "$PROGRAM.version" 2>/dev/null) == "$(version)" ]]
}

install_packages() {
  chroot_run "$ROOT" apt-get update &&
    chroot_run "$ROOT" apt-get install -y --no-install-recommends "${PACKAGES[@]}"
}

compile() {
  setup_as_root mkdir -p "$ROOT/build" &&
    setup_as_root cp "$HERE/main.go" "$ROOT/build/" &&
    chroot_run "$ROOT" GO111MODULE=off GOPATH=/usr/share/gocode CGO_ENABLED=0 \
      GOCACHE=/build/cache GOTOOLCHAIN=local \
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
chroot_remove "$ROOT"

why="not root and no sudo"
[[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null || exit 1
why="this machine is no Debian, and its apt knows no Debian mirror"
site=$(chroot_mirror) && [[ -n $site ]] || exit 1
why="less than $((NEEDED_KB / 1024 / 1024)) GB free in .cache/"
(($(df --output=avail "$DIR" | tail -n 1) >= NEEDED_KB)) || exit 1
why="debootstrap can not be installed"
setup_packages "${CHROOT_PACKAGES[@]}"

step "no chroot of Debian $RELEASE could be made (no network?)" \
  "chroot of Debian $RELEASE, for a Collector" chroot_make "$ROOT" "$RELEASE" "$site"
step "no file system can be mounted here" "its files" chroot_prepare "$ROOT"
step "${PACKAGES[*]} could not be installed in a chroot" "Go and the Collector's sources" \
  install_packages
step "main.go does not compile with Debian's packages" "OpenTelemetry Collector" compile
why="the program could not be kept"
mv "$PROGRAM.new" "$PROGRAM"
version >"$PROGRAM.version"
rm -f "$DIR/missing"
