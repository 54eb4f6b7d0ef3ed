#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Feeds one fuzz target: first with all its seeds, then, when SECONDS is given,
# with what libFuzzer makes of them.  Speaks TAP.  The input of a finding is
# kept, and how to see it again is printed.
#
# usage: run.sh PROGRAM FINDINGS-DIRECTORY [SECONDS]
set -u
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../cluster/tap.sh
. "$HERE/../cluster/tap.sh"

RUNS=2000000 # an end for the quick ones; the others end by time
program=$1
findings=$2
duration=${3:-}
target=$(basename "$program")
corpus=$HERE/corpus/$target
limits=(-timeout=10 -rss_limit_mb=1024)

# Memory, where there is some: a target may write files and flush them.
work=$(mktemp -d -p "$([[ -w /dev/shm ]] && echo /dev/shm || echo /tmp)" fuzz.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export TMPDIR=$work

# To standard error and not into a file, as tests/run.sh has it for others.
unset ASAN_OPTIONS

# feed DESCRIPTION ARGUMENT...
feed() {
  local description=$1 status=0
  shift
  "$program" "${limits[@]}" -artifact_prefix="$work/" "$@" >"$work/log" 2>&1 || status=$?
  if ((status == 0)); then
    pass "$description"
    return
  fi
  fail "$description" "status $status; the last lines:" "$(tail -n 60 "$work/log")"
  keep "$@"
  return 1
}

# A seed lies in the tree; what libFuzzer made lies in the work directory.
keep() {
  local found input
  found=$(find "$work" -maxdepth 1 -type f -name '*-*' -print -quit)
  input=$(sed -n 's/^Running: //p' "$work/log" | tail -n 1)
  if [[ -n $found ]]; then
    mkdir -p "$findings"
    input=$findings/$target-$(basename "$found")
    mv "$found" "$input"
  fi
  diag "input:     ${input:-none was kept}" "reproduce: $program ${input:-}"
}

seeds=("$corpus"/*)
if [[ ! -e ${seeds[0]} ]]; then
  fail "$target has seeds" "none in $corpus"
  done_testing
  exit
fi
if feed "$target: ${#seeds[@]} seeds" "${seeds[@]}" && [[ -n $duration ]]; then
  dictionary=()
  [[ ! -e $HERE/$target.dict ]] || dictionary=(-dict="$HERE/$target.dict")
  mkdir "$work/new"
  if feed "$target: $duration s of further inputs" -max_total_time="$duration" -runs=$RUNS \
    "${dictionary[@]}" "$work/new" "$corpus"; then
    diag "$(grep -a '^Done' "$work/log")"
  fi
fi
done_testing
