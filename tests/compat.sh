#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Compiles what knows Slurm's headers against several Slurm source trees, with
# warnings as errors: tests/compat.sh SLURM-SOURCE...
# What each tree has is found out by m4/otel_slurm.m4, and the public headers are
# the tree's own: of Slurm, only the libslurm that configure looks for need be
# installed.  Nothing is linked or run.  For developers; the matrix builds and
# runs the real thing.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/lib/slurm_configure.sh
. "$top/tests/lib/slurm_configure.sh"
[[ $# -gt 0 ]] || {
  echo "usage: $0 SLURM-SOURCE..." >&2
  exit 2
}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

slurm_configure_make "$top" "$work" >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  exit 1
}
read -ra warnings < <(sed -n 's/^WARN_CFLAGS="\(-std=.*\)"$/\1/p' "$top/configure.ac")
# All of the plugins and the helper, and what else includes a header of Slurm's
# or of compat.h's, but for what needs files that a build makes.
mapfile -t sources < <(cd "$top" &&
  ls jobcomp/*.c spank/*.c jobsubmit/*.c agent/comment/*.c &&
  grep -lE '#include ["<](slurm/|src/|(jobcomp|spank|jobsubmit|agent/comment)/compat\.h|jobcomp/(chain|job_view_slurm)\.h)' \
    tests/unit/*.c tests/fake_spank.c tests/cluster/*.c bench/*.c | xargs grep -L 'otlp\.pb-c\.h')

compile() { # TREE SOURCE
  "${CC:-gcc}" -fsyntax-only "${warnings[@]}" -Werror -D_GNU_SOURCE -DHAVE_CONFIG_H \
    -DUSE_ALIAS=1 -DBUILD_CALLER=slurmctld -DFAKE_TYPE='"jobcomp/fake"' \
    -I"$work/build" -I"$top" -I"$top/common" -I"$top/tests" -I"$top/tests/unit" \
    -isystem "$work/include" -isystem "$1" "$top/$2"
}

check() { # TREE
  local source rc=0
  rm -rf "$work/include" "$work/build"
  slurm_configure_headers "$1" "$work/include" && mkdir "$work/build" || return
  (cd "$work/build" && ../configure --with-slurm-headers="$work/include" --with-slurm-source="$1" >configure.log 2>&1) || {
    tail -n 20 "$work/build/configure.log"
    return 1
  }
  entries_agree "$1" || {
    echo "configure found other entry points of jobcomp than src/interfaces/jobcomp.c looks up"
    return 1
  }
  for source in "${sources[@]}"; do
    compile "$1" "$source" || rc=1
  done
  return $rc
}

# configure's word on the entry points, against what that slurmctld looks up.
entries_agree() { # TREE
  local found=no looked_up=no
  ! grep -q '^#define HAVE_JOBCOMP_RECORD_JOB 1' "$work/build/config.h" || found=yes
  ! grep -qs '"jobcomp_p_record_job_start"' "$1/src/interfaces/jobcomp.c" || looked_up=yes
  [[ $found == "$looked_up" ]]
}

# What configure found, in one line.
features() {
  sed -n 's/^#define HAVE_\(J[A-Z_]*\|PL[A-Z_]*\|LOAD_[A-Z_]*\) 1$/ \1/p' "$work/build/config.h" | tr -d '\n'
}

passed=0 failed=0
for tree; do
  tree=$(cd "$tree" && pwd) || exit 2
  if check "$tree" >"$work/log" 2>&1; then
    passed=$((passed + 1))
    echo "ok - ${tree##*/}:$(features)"
  else
    failed=$((failed + 1))
    echo "not ok - ${tree##*/}"
    head -n 40 "$work/log"
  fi
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
