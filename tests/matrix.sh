#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds and tests with each Slurm that is supported: the host's own on the host,
# the others in chroots of the Debian releases that have them, made once and kept
# in .cache/matrix/.  Wants root or sudo, for the chroots, and a network for the
# first run.
#
# usage: tests/matrix.sh [--unit] [--agent] [--cluster] [--sanitized] [--others]
#                        [--prepare] [--jobs N] [VERSION[=DIR]...] [NAME...]
#   --unit, --agent, --cluster  only these groups (default: unit and cluster)
#   --sanitized   unit tests under sanitizers, and not as shipped
#   --others      not the version that this host has
#   --prepare     only make the chroots and build in them
#   --jobs N      run N tests beside each other
#   VERSION       only these: 22.05 (bookworm), 24.11 (trixie), 26.05 (forky)
#   VERSION=DIR   a Slurm built from the source tree in DIR, of any version
#   NAME          only tests whose file name contains it
#
# jobcomp/otel needs the source tree of exactly the Slurm that is installed: the
# archive's or, where it has none, SLURM_SOURCE_<version> of the environment
# (SLURM_SOURCE_26_05=DIR).  Where neither is there, it is not built, and its tests
# are skipped.  A version that can not be had is skipped, too.
#
# A line a test, a table of tests and versions, what was skipped and why, what
# failed, and at last `N passed, N failed`; the exit status is 0 when none failed.  Logs are in
# .cache/logs/matrix-<version>/.
set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=contrib/lib/setup.sh
. "$TOP/contrib/lib/setup.sh"
# shellcheck source=contrib/lib/chroot.sh
. "$TOP/contrib/lib/chroot.sh"
# shellcheck source=tests/lib/matrix_chroot.sh
. "$TOP/tests/lib/matrix_chroot.sh"
# shellcheck source=tests/lib/runner.sh
. "$TOP/tests/lib/runner.sh"
# shellcheck source=tests/lib/matrix_table.sh
. "$TOP/tests/lib/matrix_table.sh"

SETUP_LOG=$SETUP_CACHE/matrix.log # others may build beside us
VERSIONS=(22.05 24.11 26.05)
declare -A RELEASES=([22.05]=bookworm [24.11]=trixie [26.05]=forky)
OTHER_RELEASE=trixie # to build other versions in

versions=()
groups=()
filters=()
options=() # of tests/run.sh
shipped=yes
others=
prepare=
declare -A sources=() # by version: the tree to build it from

usage() {
  sed -n 's/^# \{0,1\}//; /^usage:/,/^  NAME /p' "$0"
}

while (($#)); do
  case $1 in
  --unit | --agent | --cluster) groups+=("$1") ;;
  --sanitized) shipped= ;;
  --others) others=yes ;;
  --prepare) prepare=yes && options+=(--build) ;;
  --jobs)
    [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || { usage >&2 && exit 2; }
    options+=(--jobs "$2") && shift
    ;;
  -h | --help) usage && exit 0 ;;
  -*) usage >&2 && exit 2 ;;
  [0-9][0-9].[0-9][0-9]=*)
    versions+=("${1%%=*}")
    [[ -f ${1#*=}/META ]] || setup_die "$1: no source tree of Slurm (it has no META)"
    sources[${1%%=*}]=$(cd "${1#*=}" && pwd)
    ;;
  [0-9][0-9].[0-9][0-9]) versions+=("$1") ;;
  *) filters+=("$1") ;;
  esac
  shift
done
[[ ${#groups[@]} -gt 0 ]] || groups=(--unit --cluster)
[[ ${#versions[@]} -gt 0 ]] || versions=("${VERSIONS[@]}")
for version in "${versions[@]}"; do
  [[ -n ${RELEASES[$version]:-}${sources[$version]:-} ]] ||
    setup_die "no release of Debian for Slurm $version: give its source tree, $version=DIR"
done
options+=("${groups[@]}" ${shipped:+--shipped})

logs_of() { # VERSION
  echo "$SETUP_CACHE/logs/matrix-${prepare:+prepare-}$1"
}

# The host has that Slurm or, if it has none, its release does.
host_has() { # VERSION
  local installed
  [[ -z ${sources[$1]:-} ]] || return 1
  if installed=$(setup_slurm_version 2>/dev/null); then
    [[ $installed == "$1".* ]]
  else
    # shellcheck source=/dev/null
    [[ $(. /etc/os-release && echo "${VERSION_CODENAME:-}") == "${RELEASES[$1]}" ]]
  fi
}

# Both leave in the version's logs: `why`, if it was skipped, and `out`, whose
# last line is that of tests/run.sh.
on_host() { # VERSION
  local given=
  heading "Slurm $1, on this host"
  [[ -z $(setup_slurm_version 2>/dev/null) ]] || given=$(matrix_source "$1" "$(setup_slurm_version)")
  env -u CI ${given:+SLURM_SOURCE="$given"} RUN_LOGS="$(logs_of "$1")/run" "$TOP/tests/run.sh" "${options[@]}" "${filters[@]}" 2>&1 |
    tee "$(logs_of "$1")/out"
}

in_chroot() { # VERSION
  local release=${RELEASES[$1]:-$OTHER_RELEASE}
  heading "Slurm $1, in a chroot of Debian $release${sources[$1]:+, built from ${sources[$1]}}"
  matrix_chroot "$1" "$release" "${sources[$1]:-}" "$(logs_of "$1")"
}

heading() {
  printf '\n%s\n' "$*"
}

# In a process group of its own, which can be ended as a whole.
running=
run_apart() { # COMMAND...
  set -m
  "$@" </dev/null &
  running=$!
  set +m
  wait "$running" || true
  running=
}

interrupted() {
  trap '' HUP INT TERM
  if [[ -n $running ]]; then
    # A version on the host ends its clusters itself.
    setup_as_root kill -TERM -- "-$running" 2>/dev/null || true
    for ((i = 0; i < 300; i++)); do
      setup_as_root kill -0 -- "-$running" 2>/dev/null || break
      sleep 0.1
    done
    setup_as_root kill -KILL -- "-$running" 2>/dev/null || true
    wait "$running" 2>/dev/null || true
  fi
  [[ -z ${version:-} ]] || matrix_clean "$version"
  echo "interrupted"
  exit 130
}
trap interrupted HUP INT TERM

started=$SECONDS
ran=()
setup_keep_sudo
for version in "${versions[@]}"; do
  rm -rf "$(logs_of "$version")"
  if host_has "$version"; then
    [[ -z $others ]] || continue
    mkdir -p "$(logs_of "$version")"
    run_apart on_host "$version"
  else
    mkdir -p "$(logs_of "$version")"
    run_apart in_chroot "$version"
  fi
  ran+=("$version")
done

[[ -z $prepare ]] || exit 0
heading "Which test ran where"
table_print "$SETUP_CACHE/logs" "${ran[@]}"
table_skipped "$SETUP_CACHE/logs" "${ran[@]}"
runner_say_failures < <(table_failed "$SETUP_CACHE/logs" "${ran[@]}")
printf '\n%d min %d s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60))
table_total "$SETUP_CACHE/logs" "${ran[@]}"
