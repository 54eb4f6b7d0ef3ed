# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs test programs beside each other, and says of each in one line how it
# ended, in the order in which they do.  For scripts to source:
#
#   RUNNER_LOGS=/some/directory
#   RUNNER_TIMES=/some/file
#   trap 'runner_stop; exit 130' HUP INT TERM
#   runner_tap agent/test_log bash tests/agent/test_log.sh
#   runner_check "shellcheck" shellcheck -x tests/run.sh
#   runner_run 4
#   runner_say_failures < <(runner_failures /some/directory)
#   echo "$passed passed, $failed failed, $skipped skipped"
#
# Beside the logs, RESULTS has what the lines say, for programs: a line a test, of
# NAME, `ok`, `FAILED` or `skipped`, and the numbers of what passed, failed and was
# skipped, and a line NAME, `skip`, REASON for each thing skipped; tabs between them.
#
# A script with a line that begins with `# run alone` is one that others would
# disturb: runner_script starts it when all others have ended.

: "${RUNNER_LOGS:=/tmp}" # a log a program: NAME.log
: "${RUNNER_TIMES:=}"    # how many seconds each took last time; empty: unknown
RUNNER_LIMIT=600         # seconds a program may take
RUNNER_CHECK_LIMIT=1800  # seconds a check may take
RUNNER_LONG=()           # names: the longest first, where no last time is known
RUNNER_WHY=5             # failed checks of a program that are said again at the end
RUNNER_SAYS=14           # and lines of what each of them says
RUNNER_VERBOSE=          # yes: show the output of every program

# What the programs said, in all.
passed=0
failed=0
skipped=0

runner_queue=()
runner_alone=()
declare -A runner_command=() # by name, quoted
declare -A runner_report=()  # by name: what says how it ended
declare -A runner_seconds=() # by name: what it took, last time or now
declare -A runner_name=()    # by process id, of those that run
declare -A runner_since=()

# runner_tap NAME COMMAND...: queues a program that speaks TAP.
runner_tap() {
  runner_queue+=("$1")
  runner_add runner_report_tap "$@"
}

# runner_script NAME FILE COMMAND...: queues a TAP script, which COMMAND runs.
runner_script() {
  local name=$1 file=$2
  shift 2
  if grep -q '^# run alone' "$file"; then
    runner_alone+=("$name")
  else
    runner_queue+=("$name")
  fi
  runner_add runner_report_tap "$name" "$@"
}

# runner_check NAME COMMAND...: queues something that either works or not.  It
# leaves the processor to the tests.
runner_check() {
  local name=$1
  shift
  runner_queue+=("$name")
  runner_add runner_report_check "$name" nice -n 19 "$@"
}

runner_add() { # REPORT NAME COMMAND...
  local report=$1 name=$2
  shift 2
  runner_report[$name]=$report
  runner_command[$name]=${*@Q}
}

# runner_run JOBS: runs what was queued, JOBS at a time, and returns when all
# of it has ended.  The longest start first, so that none is left over at the end.
runner_run() {
  local name
  runner_read_times
  while read -r name; do
    ((${#runner_name[@]} < $1)) || runner_wait
    runner_start "$name"
  done < <(runner_longest_first "${runner_queue[@]}")
  runner_wait_all
  for name in "${runner_alone[@]}"; do
    runner_start "$name"
    runner_wait
  done
  runner_queue=()
  runner_alone=()
  runner_write_times
}

# Ends all that runs, and waits for it: a test stops its cluster.  timeout
# passes the signal on.
runner_stop() {
  ((${#runner_name[@]})) || return 0
  kill -TERM "${!runner_name[@]}" 2>/dev/null || true
  wait "${!runner_name[@]}" || true
  runner_name=()
}

# From the file of last time, in which it is one line a program: SECONDS NAME.
runner_read_times() {
  local name seconds
  [[ -s $RUNNER_TIMES ]] || return 0
  while read -r seconds name; do
    [[ ! $seconds =~ ^[0-9]+$ || -z $name ]] || runner_seconds[$name]=$seconds
  done <"$RUNNER_TIMES"
}

runner_write_times() {
  local name
  [[ -n $RUNNER_TIMES ]] || return 0
  for name in "${!runner_seconds[@]}"; do
    printf '%s %s\n' "${runner_seconds[$name]}" "$name"
  done | sort -k 2 >"$RUNNER_TIMES.new"
  mv "$RUNNER_TIMES.new" "$RUNNER_TIMES"
}

runner_longest_first() { # NAME...
  local name place=$RUNNER_LIMIT
  local -A guess=()
  for name in "${RUNNER_LONG[@]}"; do
    guess[$name]=$((place--))
  done
  for name; do
    printf '%s %s\n' "${runner_seconds[$name]:-${guess[$name]:-0}}" "$name"
  done | sort -s -k 1,1nr | cut -d ' ' -f 2-
}

runner_log() { # NAME
  printf '%s/%s.log' "$RUNNER_LOGS" "${1//[\/ ]/-}"
}

# In the background, so that a Ctrl-C is acted on before the program ends, but
# with the signals that bash then ignores.
runner_start() { # NAME
  local name=$1 log limit=$RUNNER_LIMIT
  log=$(runner_log "$name")
  [[ ${runner_report[$name]} != runner_report_check ]] || limit=$RUNNER_CHECK_LIMIT
  eval "exec env --default-signal=INT,QUIT ASAN_OPTIONS=log_path=${log@Q}.asan \
    timeout -k 10 $limit ${runner_command[$name]}" >"$log" 2>&1 </dev/null &
  runner_name[$!]=$name
  runner_since[$name]=$SECONDS
}

# Waits until one of those that run has ended, and reports it.  bash may have
# taken note of its end before we ask: then wait -n does not tell.
runner_wait() {
  local pid='' status=0 name
  if ! pid=$(runner_ended); then
    wait -n -p pid "${!runner_name[@]}" 2>/dev/null || true
    [[ -n ${pid:-} ]] || pid=$(runner_ended) || return 0
  fi
  wait "$pid" || status=$?
  name=${runner_name[$pid]}
  unset "runner_name[$pid]"
  runner_seconds[$name]=$((SECONDS - runner_since[$name]))
  "${runner_report[$name]}" "$name" "$status"
}

runner_ended() {
  local pid
  for pid in "${!runner_name[@]}"; do
    kill -0 "$pid" 2>/dev/null || { echo "$pid" && return; }
  done
  return 1
}

runner_wait_all() {
  while ((${#runner_name[@]})); do
    runner_wait
  done
}

# runner_result NAME STATUS PASSED FAILED SKIPPED
runner_result() {
  local IFS=$'\t'
  echo "$*" >>"$RUNNER_LOGS/RESULTS"
}

runner_reasons() { # NAME LOG
  sed -nE 's/^(1\.\.0|ok .*) *# *SKIP *//p' "$2" | sort -u | while read -r reason; do
    printf '%s\tskip\t%s\n' "$1" "$reason"
  done >>"$RUNNER_LOGS/RESULTS"
}

# runner_failures DIRECTORY [PREFIX]: what failed by the RESULTS there, and in short
# why, for the last page of a long log.
runner_failures() {
  local name status rest
  [[ -e $1/RESULTS ]] || return 0
  while IFS=$'\t' read -r name status rest; do
    [[ $status == FAILED ]] || continue
    printf '  %s%s\n' "${2:-}" "$name"
    runner_why "$(RUNNER_LOGS=$1 runner_log "$name")" | cut -c 1-200 | sed 's/^/    /'
  done <"$1/RESULTS"
}

# Under a heading, what runner_failures prints (stdin), if it does.
runner_say_failures() {
  sed '1s/^/\nFailed\n/'
}

# Its first `not ok` lines, each with the first lines of what follows it, which say why;
# the end of a log that has none.
runner_why() { # LOG
  awk -v most="$RUNNER_WHY" -v says="$RUNNER_SAYS" '/^not ok/ { told = ++n > most ? says : 0; if (n <= most) print; next }
    /^(ok|1\.\.)/ { told = says; next }
    n && told++ < says { print }
    END { if (n > most) print "and " n - most " more"; exit !n }' "$1" || tail -n "$RUNNER_WHY" "$1"
}

runner_report_check() { # NAME STATUS
  if (($2 == 0)); then
    passed=$((passed + 1))
    runner_result "$1" ok 1 0 0
    printf '  %-44s %6d s\n' "$1" "${runner_seconds[$1]}"
  else
    failed=$((failed + 1))
    runner_result "$1" FAILED 0 1 0
    printf '  %-44s FAILED  %3d s\n' "$1" "${runner_seconds[$1]}"
    tail -n 60 "$(runner_log "$1")" | sed 's/^/    | /'
  fi
}

runner_report_tap() { # NAME STATUS
  local log bad=0 good=0 skip=0 tests=0 status=ok seconds=${runner_seconds[$1]}
  log=$(runner_log "$1")
  runner_sanitizer_findings "$log"
  runner_count "$log" "$2"
  printf '  %-44s' "$1"
  if ((bad)); then
    status=FAILED
    printf ' FAILED, %d of %d  %3d s\n' "$bad" "$tests" "$seconds"
    sed -n '1,400s/^/    | /p' "$log"
  elif grep -qE '^1\.\.0' "$log"; then
    status=skipped
    printf ' skipped: %s\n' "$(sed -n 's/^1\.\.0 *# *SKIP *//p' "$log" | head -n 1)"
  else
    printf ' %3d ok  %3d s\n' "$tests" "$seconds"
    [[ -z $RUNNER_VERBOSE ]] || sed 's/^/    | /' "$log"
  fi
  runner_result "$1" "$status" "$good" "$bad" "$skip"
  runner_reasons "$1" "$log"
}

# runner_count LOG STATUS: adds what a TAP log says; a program that failed without a
# `not ok`, or did not get to its plan, counts as one failure.  Sets `good`, `bad`,
# `skip` and `tests`.
runner_count() {
  local log=$1 status=$2 plan
  bad=$(grep -cE '^not ok' "$log") || true
  skip=$(grep -cE '^ok .*# SKIP' "$log") || true
  good=$(($(grep -cE '^ok' "$log" || true) - skip))
  plan=$(sed -nE 's/^1\.\.([0-9]+).*/\1/p' "$log" | tail -n 1)
  if [[ $plan == 0 ]]; then
    skip=1
  elif ((bad == 0 && (status != 0 || good + skip == 0))); then
    bad=1
  elif ((bad == 0 && good + skip != ${plan:--1})); then
    echo "not ok - ${plan:-no} tests planned, $((good + skip)) done" >>"$log"
    bad=1
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  skipped=$((skipped + skip))
  tests=$((good + bad))
}

# A leak does not fail a Criterion test by itself: what the sanitizers of all
# its processes wrote becomes one more TAP line.
runner_sanitizer_findings() { # LOG
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
