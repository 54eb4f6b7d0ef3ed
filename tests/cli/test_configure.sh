#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What configure says of a Slurm source tree that is not the installed Slurm's:
# job_record_t differs between micro releases.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/cluster/tap.sh
. "$here/../cluster/tap.sh"
# shellcheck source=tests/lib/slurm_configure.sh
. "$here/../lib/slurm_configure.sh"

WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
cd "$WORK" || exit 1

if ! command -v autoconf aclocal >/dev/null; then
  skip_all "no autoconf here"
fi
number=$(echo SLURM_VERSION_NUMBER | "${CC:-cc}" -E -include slurm/slurm_version.h - 2>/dev/null | tail -n 1)
[[ $number == 0x* ]] || skip_all "no headers of Slurm in the compiler's path"
major=$((number >> 16)) minor=$((number >> 8 & 255)) micro=$((number & 255))
printf -v installed '%02d.%02d.%d' $major $minor $micro
slurm_configure_make "$here/../.." "$WORK/made" >make.log 2>&1 || skip_all "autoconf can not make a configure script: $(tail -n 1 make.log)"

# tree NAME MICRO: nothing of Slurm but its version.
tree() {
  mkdir "$1"
  printf '  Meta: 1\n  Name: slurm\n  Major: %02d\n  Minor: %02d\n  Micro: %s\n' $major $minor "$2" >"$1/META"
}

# configure TREE [OPTION...]: why it fails.
configure() {
  local tree=$1
  shift
  made/configure --cache-file="$WORK/cache" --with-slurm-source="$tree" "$@" 2>&1 | tail -n 1
}

tree other $((micro + 1))
printf -v wrong '%02d.%02d.%d' $major $minor $((micro + 1))
said=$(configure other)
like "another micro release is refused" "$said" "error: the source tree is Slurm $wrong but the installed headers are $installed"
like "with the reason" "$said" 'job_record_t differs between micro releases and slurmctld would crash'
like "and what to do" "$said" 'get the matching source, or --enable-slurm-mismatch'
# such a tree can not be read, which is as far as these come
like "unless that is wanted" "$(configure other --enable-slurm-mismatch)" 'job_record_t can not be read from'
tree same $micro
like "the same release is not refused" "$(configure same)" 'job_record_t can not be read from'
mkdir empty
like "what is no source tree is none" "$(configure empty)" 'no META there; it must be an unpacked Slurm source tree'

done_testing
