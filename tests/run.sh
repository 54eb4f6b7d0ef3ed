#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs what the tests need, builds, and runs them: unit tests (also under
# AddressSanitizer and UndefinedBehaviorSanitizer), the agent against a scripted
# receiver, a real OpenTelemetry Collector and nginx, the fuzz targets with their
# seeds, and everything together on a private real Slurm cluster.
#
# usage: tests/run.sh [--unit] [--agent] [--fuzz] [--cluster] [-v] [NAME...]
#   --unit, --agent, --fuzz, --cluster  only these groups
#   NAME   only tests whose file name contains it
#   -v     show the output of every test
#
# With CI=true in the environment it also fuzzes each target for 10 s, builds
# with clang, checks the distribution (`make distcheck`), lints the shell
# scripts, and installs the packages of Debian and RPM.
# The last line is `N passed, N failed`; the exit status is 0 when none failed.
set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=contrib/lib/setup.sh
. "$TOP/contrib/lib/setup.sh"

BUILD=build
SANITIZED=build-sanitized
FUZZ=build-fuzz
FUZZ_SECONDS=10 # a target, with CI=true
LOGS=$SETUP_CACHE/logs
TEST_PACKAGES=(clang libclang-rt-14-dev libcriterion-dev libnghttp2-dev protobuf-compiler valgrind
  logrotate mandoc shellcheck xz-utils util-linux openssl curl nginx-light libseccomp-dev systemd prometheus xxd strace
  python3-grpcio slurmrestd slurm-wlm-elasticsearch-plugin)

groups=()
filters=()
verbose=
passed=0
failed=0
skipped=0
slow=${CI:-}

usage() {
  sed -n 's/^# \{0,1\}//; /^usage:/,/^  -v/p' "$0"
}

for argument; do
  case $argument in
  --unit | --agent | --fuzz | --cluster) groups+=("${argument#--}") ;;
  -v) verbose=yes ;;
  -h | --help) usage && exit 0 ;;
  -*) usage >&2 && exit 2 ;;
  *) filters+=("$argument") ;;
  esac
done
[[ ${#groups[@]} -gt 0 ]] || groups=(unit agent fuzz cluster)

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

# timeout passes the signal on, and the test stops its cluster.
interrupted() {
  if [[ -n $running ]]; then
    kill "$running" 2>/dev/null || true
    wait "$running" || true
  fi
  echo "interrupted"
  exit 130
}
running=
trap interrupted HUP INT TERM

# count LOG STATUS: adds what a TAP log says; a program that failed without a
# `not ok`, or said nothing at all, counts as one failure.  Sets `bad`.
count() {
  local log=$1 status=$2 good skip
  bad=$(grep -cE '^not ok' "$log") || true
  skip=$(grep -cE '^ok .*# SKIP' "$log") || true
  good=$(($(grep -cE '^ok' "$log" || true) - skip))
  if grep -qE '^1\.\.0' "$log"; then
    skip=1
  elif ((bad == 0 && (status != 0 || good + skip == 0))); then
    bad=1
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  skipped=$((skipped + skip))
  tests=$((good + bad))
}

# A leak does not fail a Criterion test by itself: what the sanitizers of all
# its processes wrote becomes one more TAP line.
sanitizer_findings() { # LOG
  local reports
  reports=$(compgen -G "$1.asan.*") || return 0
  # shellcheck disable=SC2086
  if grep -q 'ERROR: ' $reports; then
    echo "not ok - no memory error and no leak" >>"$1"
    cat $reports >>"$1"
  fi
  # shellcheck disable=SC2086
  rm -f $reports
}

# run_tap NAME COMMAND...: one test program, one line.
run_tap() {
  local name=$1 log status=0 start=$SECONDS bad=0 tests=0
  shift
  log=$LOGS/${name//[\/ ]/-}.log
  printf '  %-44s' "$name"
  # In the background, so that a Ctrl-C is acted on before the test ends, but
  # with the signals that bash then ignores.
  env --default-signal=INT,QUIT ASAN_OPTIONS="log_path=$log.asan" \
    timeout -k 10 600 "$@" >"$log" 2>&1 </dev/null &
  running=$!
  wait "$running" || status=$?
  running=
  sanitizer_findings "$log"
  count "$log" $status
  if ((bad)); then
    printf ' FAILED, %d of %d  %3d s\n' "$bad" "$tests" $((SECONDS - start))
    sed -n '1,400s/^/    | /p' "$log"
  elif grep -qE '^1\.\.0' "$log"; then
    printf ' skipped: %s\n' "$(sed -n 's/^1\.\.0 *# *SKIP *//p' "$log" | head -n 1)"
  else
    printf ' %3d ok  %3d s\n' "$tests" $((SECONDS - start))
    [[ -z $verbose ]] || sed 's/^/    | /' "$log"
  fi
}

# check WHAT COMMAND...: one thing that either works or not.
check() {
  wanted "$1" || return 0
  if setup_quietly "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}

# run_unit BUILD-DIRECTORY LABEL: builds its Criterion programs and runs them.
run_unit() {
  local dir=$TOP/$1 label=$2 program name
  setup_quietly "make check programs ($label)" make -C "$dir" -j"$(nproc)" check TESTS= || exit 1
  for program in "$dir"/tests/unit/test_*; do
    name=$(basename "$program")
    [[ -x $program && -f $program && $name != *.* ]] || continue
    wanted "$name" || continue
    run_tap "$name" env -C "$dir" srcdir="$TOP" "$TOP/tests/unit/tap.sh" "./tests/unit/$name"
  done
}

# run_scripts DIRECTORY [VARIABLE=VALUE...]: the TAP scripts of a folder, run
# in the build tree, where their programs are.
run_scripts() {
  local folder=$1 script name
  shift
  for script in "$TOP/tests/$folder"/test_*.sh; do
    name=$folder/$(basename "$script" .sh)
    wanted "$name" || continue
    run_tap "$name" env -C "$TOP/$BUILD" "$@" bash "$script"
  done
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
    run_tap "$name" "$TOP/tests/fuzz/run.sh" "$program" "$LOGS" ${slow:+"$FUZZ_SECONDS"}
  done
}

lint_shell() {
  cd "$TOP" && shellcheck -x contrib/*.sh contrib/debian/*.sh contrib/debian/*.p* contrib/lib/*.sh contrib/examples/*/*.sh tests/*.sh tests/*/*.sh \
    tests/cluster/lib/*.sh bench/*.sh .ci/run
}

lint_manuals() {
  cd "$TOP" && ! mandoc -T lint -W warning doc/*.[158] | grep .
}

# Chroots and packages are made outside of the test, whose time is limited.
run_packages() {
  local release
  for release in bookworm trixie; do
    wanted "packages $release" || continue
    "$TOP/tests/packages.sh" --prepare $release >/dev/null || true # the test says so, too
    run_tap "packages $release" "$TOP/tests/packages.sh" $release
  done
  if wanted "packages rpm"; then
    "$TOP/tests/rpm.sh" --prepare >/dev/null || true
    run_tap "packages rpm" "$TOP/tests/rpm.sh"
  fi
}

distcheck() {
  make -C "$TOP/$BUILD" -j"$(nproc)" distcheck \
    AM_DISTCHECK_CONFIGURE_FLAGS="--with-slurm-source=$SLURM_SOURCE" TESTS=
}

started=$SECONDS
rm -rf "$LOGS"
mkdir -p "$LOGS"

heading "Packages and sources"
setup_packages "${SETUP_BUILD_PACKAGES[@]}" "${SETUP_CLUSTER_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
setup_slurm_source
setup_otlp_protos
# Without one, the tests that need it say why and are skipped.
! wants_collector || "$TOP/tests/collector/build.sh" || true
echo "  all there"

heading "Build with gcc, warnings as errors"
setup_build $BUILD gcc --enable-werror

if wanted_group unit; then
  heading "Unit tests under AddressSanitizer and UndefinedBehaviorSanitizer"
  setup_build $SANITIZED sanitized --enable-werror --enable-sanitizers CFLAGS='-g -O1'
  run_unit $SANITIZED sanitized
  if wanted agent/test_replay; then
    run_tap "agent/test_replay (sanitized)" env -C "$TOP/$SANITIZED" bash "$TOP/tests/agent/test_replay.sh"
  fi
  if [[ -n $slow ]]; then
    heading "Unit tests as shipped"
    run_unit $BUILD gcc
  fi
  heading "Command line and documents"
  setup_quietly "make check programs" make -C "$TOP/$BUILD" -j"$(nproc)" \
    tests/fake_collector tests/spool_tool || exit 1
  run_scripts cli
  check "manual pages" lint_manuals
fi

if wanted_group agent; then
  heading "The agent against receivers, scripted and real"
  setup_quietly "make check programs" make -C "$TOP/$BUILD" -j"$(nproc)" check TESTS= || exit 1
  run_scripts agent
fi

if wanted_group fuzz; then
  heading "Fuzz targets under AddressSanitizer and UndefinedBehaviorSanitizer"
  setup_configured $FUZZ "clang, libFuzzer" --enable-werror --enable-fuzzers CC=clang CFLAGS='-g -O1'
  setup_quietly "make fuzzers" make -C "$TOP/$FUZZ" -j"$(nproc)" fuzzers || exit 1
  run_fuzzers
fi

if wanted_group cluster; then
  heading "A private cluster of Slurm $(setup_slurm_version)"
  setup_quietly "the scripted receiver" make -C "$TOP/$BUILD" tests/fake_collector || exit 1
  run_scripts cluster CLUSTER_STAGE="$TOP/$BUILD/stage"
fi

if [[ -n $slow ]]; then
  heading "What only CI does"
  check "clang, warnings as errors" setup_build build-clang clang --enable-werror CC=clang
  check "shellcheck" lint_shell
  check "make distcheck" distcheck
  heading "Packages, installed on hosts of their own"
  run_packages
fi

printf '\n%d min %d s\n' $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60))
if ((skipped)); then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
((failed == 0))
