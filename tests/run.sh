#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs what the tests need, builds, and runs them: unit tests (also under
# AddressSanitizer and UndefinedBehaviorSanitizer), the agent against a scripted
# receiver, a real OpenTelemetry Collector and nginx, the fuzz targets with their
# seeds, and everything together on a private real Slurm cluster.
#
# usage: tests/run.sh [--unit] [--agent] [--fuzz] [--cluster] [--matrix] [--shipped]
#                     [--jobs N] [-v] [NAME...]
#   --unit, --agent, --fuzz, --cluster  only these groups
#   --matrix  unit and cluster tests on the other Slurms (tests/matrix.sh --others)
#   --shipped  unit tests as shipped, and not under sanitizers
#   --jobs N  run N tests beside each other (default: a processor each; of
#             scripts, which mostly wait, twice as many)
#   NAME      only tests whose file name contains it
#   -v        show the output of every test
#   --packages, --build  only install what the groups need, or also build it
#
# A test's line is printed when it has ended.
# With CI=true in the environment it also fuzzes each target for 10 s, builds
# with clang, checks the distribution (`make distcheck`), lints the shell
# scripts, and installs the packages of Debian and RPM; --matrix is one of the
# groups.
# At the end, what failed is said again in short.  The last line is `N passed,
# N failed`; the exit status is 0 when none failed.
set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=contrib/lib/setup.sh
. "$TOP/contrib/lib/setup.sh"
# shellcheck source=tests/lib/runner.sh
. "$TOP/tests/lib/runner.sh"
# shellcheck source=tests/lib/matrix_table.sh
. "$TOP/tests/lib/matrix_table.sh"

BUILD=build
SANITIZED=build-sanitized
FUZZ=build-fuzz
FUZZ_SECONDS=10    # a target, with CI=true
PREPARE_LIMIT=3600 # seconds for the chroots of the matrix, or of packages
MATRIX_LIMIT=7200  # seconds for the whole matrix
LOGS=${RUN_LOGS:-$SETUP_CACHE/logs}
RUNNER_LOGS=$LOGS
RUNNER_TIMES=$SETUP_CACHE/times
RUNNER_LONG=(cluster/test_random_jobs cluster/test_sample_errors cluster/test_no_client_plugin
  cluster/test_misconfiguration cluster/test_kinds_ends cluster/test_recovery agent/test_status_codes
  agent/test_metrics agent/test_malice test_spool_interleave test_spool_crash)
# What configure looks for is needed by all; a group's own tools are its own.
TEST_PACKAGES=(libcriterion-dev libnghttp2-dev libseccomp-dev protobuf-compiler python3 util-linux curl openssl xxd)
declare -A GROUP_PACKAGES=(
  [unit]="mandoc"
  [agent]="logrotate nginx-light prometheus python3-grpcio strace systemd valgrind"
  [fuzz]="clang libclang-rt-dev"
  [cluster]="strace slurmrestd slurm-wlm-elasticsearch-plugin"
  [slow]="clang libclang-rt-dev mandoc shellcheck xz-utils"
)

groups=()
filters=()
jobs=$(nproc)
script_jobs=$((2 * jobs))
slow=${CI:-}
shipped=
only=

usage() {
  sed -n 's/^# \{0,1\}//; /^usage:/,/^  --packages/p' "$0"
}

while (($#)); do
  case $1 in
  --unit | --agent | --fuzz | --cluster | --matrix) groups+=("${1#--}") ;;
  --shipped) shipped=yes ;;
  --packages | --build) only=${1#--} ;;
  --jobs)
    [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || { usage >&2 && exit 2; }
    jobs=$2 script_jobs=$2
    shift
    ;;
  -v) RUNNER_VERBOSE=yes ;;
  -h | --help) usage && exit 0 ;;
  -*) usage >&2 && exit 2 ;;
  *) filters+=("$1") ;;
  esac
  shift
done
[[ ${#groups[@]} -gt 0 ]] || groups=(unit agent fuzz cluster ${slow:+matrix})

[[ "${groups[*]}" != matrix ]] || exec "$TOP/tests/matrix.sh" --others "${filters[@]}"

wanted_group() {
  [[ " ${groups[*]} " == *" $1 "* ]]
}

wanted() {
  local filter
  [[ ${#filters[@]} -gt 0 ]] || return 0
  for filter in "${filters[@]}"; do
    [[ $1 != *"$filter"* ]] || return 0
  done
  return 1
}

heading() {
  printf '\n%s\n' "$*"
}

interrupted() {
  trap '' HUP INT TERM
  runner_stop
  echo "interrupted"
  exit 130
}
trap interrupted HUP INT TERM
# also where a build fails
trap background_stop EXIT

# check NAME CHECK: one of tests/checks.sh.
check() {
  ! wanted "$1" || runner_check "$1" "$TOP/tests/checks.sh" "$2"
}

# run_unit BUILD-DIRECTORY LABEL [SUFFIX]: builds its Criterion programs and runs
# them, under their name and SUFFIX.  The tests themselves need no optimizer, which
# takes most of the time.
run_unit() {
  local dir=$TOP/$1 label=$2 suffix=${3:-} program name
  setup_quietly "make check programs ($label)" make -C "$dir" -j"$(nproc)" check TESTS= CFLAGS='-g -O0' ||
    exit 1
  for program in "$dir"/tests/unit/test_*; do
    name=$(basename "$program")
    [[ -x $program && -f $program && $name != *.* ]] || continue
    wanted "$name" || continue
    runner_tap "$name$suffix" env -C "$dir" srcdir="$TOP" "$TOP/tests/unit/tap.sh" "./tests/unit/$name"
  done
  runner_run "$jobs"
}

# run_scripts DIRECTORY [VARIABLE=VALUE...]: the TAP scripts of a folder, run
# in the build tree, where their programs are.
run_scripts() {
  local folder=$1 script name
  shift
  for script in "$TOP/tests/$folder"/test_*.sh; do
    name=$folder/$(basename "$script" .sh)
    wanted "$name" || continue
    runner_script "$name" "$script" env -C "$TOP/$BUILD" "$@" bash "$script"
  done
  runner_run "$script_jobs"
}

# Some test that is wanted uses a real Collector.
wants_collector() {
  local folder script
  for folder in agent cluster; do
    wanted_group $folder || continue
    for script in "$TOP/tests/$folder"/test_*.sh; do
      wanted "$folder/$(basename "$script" .sh)" && grep -q otelcol_start "$script" && return 0
    done
  done
  return 1
}

# run_fuzzers: each target that `make fuzzers` built, which is those that
# tests/fuzz/local.mk lists.
run_fuzzers() {
  local program name
  for program in "$TOP/$FUZZ"/tests/fuzz/fuzz_*; do
    name=$(basename "$program")
    [[ -x $program && -f $program && $name != *.* ]] || continue
    wanted "$name" || continue
    runner_tap "$name" "$TOP/tests/fuzz/run.sh" "$program" "$LOGS" ${slow:+"$FUZZ_SECONDS"}
  done
  runner_run "$jobs"
}

packages() {
  local group
  printf '%s\n' "${SETUP_BUILD_PACKAGES[@]}" "${SETUP_CLUSTER_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
  for group in "${groups[@]}" ${slow:+slow}; do
    # shellcheck disable=SC2086 # words
    printf '%s\n' ${GROUP_PACKAGES[$group]:-}
  done
}

# The other Slurms, and the packages: chroots are made, and built in, behind all
# else; the tests mostly wait, as those of the host's clusters do, and run beside
# these.
matrix_pid=
prepare_pid=
prepare_chroots() {
  local release
  (
    # $! would not do: a signal may come before it is known
    trap 'kill $(jobs -p) 2>/dev/null || true; wait; exit 143' HUP TERM
    renice -n 19 -p "$BASHPID" >/dev/null
    ! wanted_group matrix || prepare matrix-prepare matrix.sh --others --prepare
    [[ -n $slow ]] || exit 0
    for release in bookworm trixie; do
      ! wanted "packages $release" || prepare packages-prepare packages.sh --prepare $release
    done
    ! wanted "packages rpm" || prepare packages-prepare rpm.sh --prepare
  ) &
  prepare_pid=$!
}

# timeout passes a signal on to all that the script has started.
prepare() { # LOG SCRIPT ARGUMENT...
  local log=$LOGS/$1.out script=$TOP/tests/$2
  shift 2
  timeout -k 60 $PREPARE_LIMIT "$script" "$@" >>"$log" 2>&1 </dev/null &
  wait $! || true
}

# It waits until they are prepared, and says all of that again that went wrong.
matrix_start() {
  timeout -k 60 $MATRIX_LIMIT "$TOP/tests/matrix.sh" --others --jobs "$jobs" "${filters[@]}" \
    >"$LOGS/matrix.log" 2>&1 </dev/null &
  matrix_pid=$!
}

# What still runs behind this shell.
background_stop() {
  local pids
  pids=$(jobs -pr)
  [[ -n $pids ]] || return 0
  # shellcheck disable=SC2086 # words
  kill $pids 2>/dev/null || true
  # shellcheck disable=SC2086
  wait $pids || true
}

# Adds what its last line says; one that ends without has failed.
matrix_report() {
  local counts good bad skip status=0
  tail -n +1 -s 0.5 --pid="$matrix_pid" -f "$LOGS/matrix.log" &
  wait $! || true
  wait "$matrix_pid" || status=$?
  matrix_pid=
  if counts=$(table_counts "$LOGS/matrix.log") && read -r good bad skip <<<"$counts" &&
    ((status == 0 || bad)); then
    passed=$((passed + good))
    failed=$((failed + bad))
    skipped=$((skipped + skip))
  else
    failed=$((failed + 1))
    runner_result matrix FAILED 0 1 0
  fi
}

failures() {
  local dir versions=()
  runner_failures "$LOGS"
  for dir in "$LOGS"/matrix-[0-9]*/; do
    [[ ! -d $dir ]] || versions+=("$(basename "${dir#*/matrix-}")")
  done
  table_failed "$LOGS" "${versions[@]}"
}

# What can not be prepared, the test says itself.
run_packages() {
  wait "$prepare_pid" || true
  prepare_pid=
  ! wanted "packages bookworm" || runner_tap "packages bookworm" "$TOP/tests/packages.sh" bookworm
  ! wanted "packages trixie" || runner_tap "packages trixie" "$TOP/tests/packages.sh" trixie
  ! wanted "packages rpm" || runner_tap "packages rpm" "$TOP/tests/rpm.sh"
  runner_run "$jobs"
}

started=$SECONDS
rm -rf "$LOGS"
mkdir -p "$LOGS"

heading "Packages and sources"
mapfile -t needed < <(packages)
setup_packages "${needed[@]}"
[[ $only != packages ]] || exit 0
setup_slurm_source
setup_otlp_protos
# Without one, the tests that need it say why and are skipped.
[[ -n ${IN_MATRIX:-} ]] || ! wants_collector || "$TOP/tests/collector/build.sh" || true
echo "  all there"
if wanted_group matrix || [[ -n $slow ]]; then
  setup_keep_sudo
  setup_autoreconf # which others that use this tree must not do beside us
  prepare_chroots
fi

heading "Build with gcc, warnings as errors"
setup_build $BUILD gcc --enable-werror
if [[ $only == build ]]; then
  setup_quietly "make check programs" make -C "$TOP/$BUILD" -j"$(nproc)" check TESTS= || exit 1
  exit 0
fi

if wanted_group unit; then
  if [[ -z $shipped ]]; then
    heading "Unit tests under AddressSanitizer and UndefinedBehaviorSanitizer"
    setup_build $SANITIZED sanitized --enable-werror --enable-sanitizers CFLAGS='-g -O0'
    ! wanted agent/test_replay ||
      runner_tap "agent/test_replay (sanitized)" env -C "$TOP/$SANITIZED" bash "$TOP/tests/agent/test_replay.sh"
    run_unit $SANITIZED sanitized " (sanitized)"
  fi
  if [[ -n $slow || -n $shipped ]]; then
    heading "Unit tests as shipped"
    run_unit $BUILD gcc
  fi
  heading "Command line and documents"
  setup_quietly "make check programs" make -C "$TOP/$BUILD" -j"$(nproc)" agent-test-programs || exit 1
  run_scripts cli
fi

if wanted_group agent; then
  heading "The agent against receivers, scripted and real"
  setup_quietly "make check programs" make -C "$TOP/$BUILD" -j"$(nproc)" agent-test-programs || exit 1
  run_scripts agent
fi

if wanted_group fuzz; then
  heading "Fuzz targets under AddressSanitizer and UndefinedBehaviorSanitizer"
  setup_configured $FUZZ "clang, libFuzzer" --enable-werror --enable-fuzzers CC=clang CFLAGS='-g -O1'
  setup_quietly "make fuzzers" make -C "$TOP/$FUZZ" -j"$(nproc)" fuzzers || exit 1
  run_fuzzers
fi

! wanted_group matrix || matrix_start
# The builds that are only to work go on beside the clusters, which mostly wait.
if [[ -n $slow ]]; then
  check "shellcheck" shell
  check "make distcheck" distcheck
  check "clang, warnings as errors" clang
fi
if wanted_group cluster; then
  heading "A private cluster of Slurm $(setup_slurm_version)${slow:+, and what only CI does}"
  setup_quietly "make check programs" make -C "$TOP/$BUILD" -j"$(nproc)" agent-test-programs || exit 1
  run_scripts cluster CLUSTER_STAGE="$TOP/$BUILD/stage"
elif [[ -n $slow ]]; then
  heading "What only CI does"
  runner_run "$script_jobs"
fi

if wanted_group matrix; then
  heading "Other Slurms (tests/matrix.sh)"
  matrix_report
fi
if [[ -n $slow ]]; then
  heading "Packages, installed on hosts of their own"
  run_packages
fi

runner_say_failures < <(failures)
printf '\n%d min %d s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60))
if ((skipped)); then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
((failed == 0))
