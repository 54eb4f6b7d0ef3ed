#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Compiles what knows Slurm's headers against several Slurm source trees, with
# warnings as errors: tests/compat.sh SLURM-SOURCE...
# What each tree has is found out by the tests of m4/otel_slurm.m4, in a configure
# script of their own, and the public headers are the tree's own: no Slurm but
# the libslurm that configure wants to find need be installed.  Nothing is
# linked or run.  For developers; the matrix builds and runs the real thing.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
[[ $# -gt 0 ]] || {
  echo "usage: $0 SLURM-SOURCE..." >&2
  exit 2
}

mkdir "$work/m4" && cp "$top/m4/otel_slurm.m4" "$work/m4/" &&
  warnings=$(sed -n 's/^WARN_CFLAGS="\(-std=.*\)"$/\1/p' "$top/configure.ac") || exit 1
cat >"$work/configure.ac" <<'END'
AC_INIT([compat], [0])
AC_CONFIG_HEADERS([config.h])
AC_PROG_CC
AC_USE_SYSTEM_EXTENSIONS
m4_define([AM_CONDITIONAL], [])
OTEL_SLURM_HEADERS
OTEL_SLURM_SOURCE
AC_CONFIG_FILES([made:made.in])
AC_OUTPUT
END
echo '@SLURM_SOURCE_NUMBER@' >"$work/made.in"
(cd "$work" && aclocal -I m4 && autoheader && autoconf) >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}
# All of the plugins and the helper, and what else includes a header of Slurm's
# or of compat.h's, but for what needs files that a build makes.
mapfile -t sources < <(cd "$top" &&
  ls jobcomp/*.c spank/*.c jobsubmit/*.c agent/comment/*.c &&
  grep -lE '#include ["<](slurm/|src/|.*/compat\.h|jobcomp/(chain|job_view_slurm)\.h)' \
    tests/unit/*.c tests/fake_spank.c bench/bench_jobcomp.c | xargs grep -L 'otlp\.pb-c\.h')

# version NAME: a field of the tree's META, as m4/otel_slurm.m4 reads it.
version() { sed -n "s/^ *$1:[[:space:]]*0*\([0-9][0-9]*\).*/\1/p" "$tree/META"; }

public_headers() { # TREE DIRECTORY
  mkdir -p "$2/slurm" && cp "$1"/slurm/*.h "$2/slurm/" &&
    sed "s/^#undef SLURM_VERSION_NUMBER.*/#define SLURM_VERSION_NUMBER $(((major << 16) + (minor << 8) + micro))/" \
      "$1/slurm/slurm_version.h.in" >"$2/slurm/slurm_version.h"
}

compile() { # SOURCE
  "${CC:-gcc}" -fsyntax-only $warnings -Werror -D_GNU_SOURCE -DHAVE_CONFIG_H \
    -DUSE_ALIAS=1 -DBUILD_CALLER=slurmctld -DFAKE_TYPE='"jobcomp/fake"' \
    -I"$work/build" -I"$top" -I"$top/common" -I"$top/tests" -I"$top/tests/unit" -isystem "$work/include" \
    -isystem "$tree" "$top/$1"
}

check() {
  local source rc=0
  major=$(version Major) minor=$(version Minor) micro=$(version Micro)
  rm -rf "$work/include" "$work/build"
  public_headers "$tree" "$work/include" && mkdir "$work/build" || return 1
  (cd "$work/build" && ../configure --with-slurm-headers="$work/include" --with-slurm-source="$tree" >configure.log 2>&1) || {
    tail -n 20 "$work/build/configure.log"
    return 1
  }
  for source in "${sources[@]}"; do
    compile "$source" || rc=1
  done
  return $rc
}

passed=0 failed=0
for tree; do
  tree=$(cd "$tree" && pwd) || exit 2
  if check >"$work/log" 2>&1; then
    passed=$((passed + 1))
    echo "ok - ${tree##*/}:$(sed -n "s,^#define HAVE_\(J[A-Z_]*\|PL[A-Z_]*\|LOAD_[A-Z_]*\) 1.*, \1,p" "$work/build/config.h" | tr -d "\n")"
  else
    failed=$((failed + 1))
    echo "not ok - ${tree##*/}"
    head -n 40 "$work/log"
  fi
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
