#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The checks of tests/run.sh that are no tests: each works or not.
#
# usage: tests/checks.sh shell|clang|distcheck
set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=contrib/lib/setup.sh
. "$TOP/contrib/lib/setup.sh"
cd "$TOP"

# Files beside each other: each takes long, with all that it sources.
check_shell() {
  printf '%s\0' contrib/*.sh contrib/debian/*.sh contrib/debian/*.p* contrib/lib/*.sh contrib/examples/*/*.sh tests/*.sh tests/*/*.sh \
    tests/cluster/lib/*.sh bench/*.sh .ci/run | xargs -0 -n 8 -P "$(nproc)" shellcheck -x
}

# With a log of its own: others are built at the same time.  clang's warnings do
# not depend on its optimizer.
check_clang() {
  SETUP_LOG=$SETUP_CACHE/clang.log
  setup_build build-clang clang --enable-werror CC=clang CFLAGS=-O0
}

# That the tarball has all it needs, and no more is left: not how fast its code is.
check_distcheck() {
  make -C "$TOP/build" -j"$(nproc)" distcheck \
    AM_DISTCHECK_CONFIGURE_FLAGS="${SLURM_SOURCE:+--with-slurm-source=$SLURM_SOURCE} CFLAGS=-O0" TESTS=
}

# tests/run.sh says which Slurm it builds for.
case ${1:-} in
clang | distcheck) [[ -v SLURM_SOURCE ]] || setup_slurm_source ;;
esac
case ${1:-} in
shell | clang | distcheck) "check_$1" ;;
*) sed -n 's/^# \(usage: .*\)/\1/p' "$0" >&2 && exit 2 ;;
esac
