# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests of the agent share: a spool, a scripted receiver, an agent,
# and an end that leaves nothing behind.  Programs come from the build tree,
# in which the tests run, or from the environment.

set -u
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../cluster/tap.sh
. "$HERE/../cluster/tap.sh"

AGENT=${AGENT:-$PWD/slurm-otel-agent}
FAKE_COLLECTOR=${FAKE_COLLECTOR:-$PWD/tests/fake_collector}
SPOOL_TOOL=${SPOOL_TOOL:-$PWD/tests/spool_tool}
PATIENCE=${PATIENCE:-60} # seconds until a condition counts as never coming

WORK=$(mktemp -d /tmp/slurm-otel-agent.XXXXXX)
SPOOL=$WORK/spool
CONF=$WORK/otel.conf
RECEIVED=$WORK/received
LOG=$WORK/agent.log
COLLECTOR_PID=
AGENT_PID=
declare -A RECEIVERS=() # pids by name
declare -A PORTS=()

# The environment must not configure the agent.
while read -r name; do unset "$name"; done < <(compgen -v OTEL_)
unset SLURM_CONF

cleanup() {
  [[ -z $AGENT_PID ]] || kill -KILL "$AGENT_PID" 2>/dev/null
  [[ -z $COLLECTOR_PID ]] || kill -KILL "$COLLECTOR_PID" 2>/dev/null
  ((${#RECEIVERS[@]} == 0)) || kill -KILL "${RECEIVERS[@]}" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# until_true COMMAND...: polls, PATIENCE seconds at most.
until_true() {
  local end=$((SECONDS + PATIENCE))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# start_program PROGRAM [--port N] ANSWER...: like start_collector, of another
# program.
start_program() {
  local FAKE_COLLECTOR=$1
  shift
  start_collector "$@"
}

# start_collector [--port N] [--poison TEXT] ANSWER...: sets PORT.
start_collector() {
  mkdir -p "$RECEIVED"
  rm -f "$WORK/port"
  "$FAKE_COLLECTOR" --dir "$RECEIVED" "$@" >"$WORK/port" 2>"$WORK/collector.err" &
  COLLECTOR_PID=$!
  disown "$COLLECTOR_PID" # bash is not to report its end
  until_true test -s "$WORK/port" || return 1
  # shellcheck disable=SC2034 # for the tests
  PORT=$(<"$WORK/port")
}

stop_collector() {
  kill -KILL "$COLLECTOR_PID"
  until_true eval '! kill -0 "$COLLECTOR_PID"'
  COLLECTOR_PID=
}

# start_receiver NAME ANSWER...: one of several, in RECEIVED/NAME; sets
# PORTS[NAME], and takes the same port again when it is started once more.
start_receiver() {
  local name=$1 pid
  shift
  mkdir -p "$RECEIVED/$name"
  rm -f "$WORK/port.$name"
  "$FAKE_COLLECTOR" --dir "$RECEIVED/$name" --port "${PORTS[$name]:-0}" "$@" \
    >"$WORK/port.$name" 2>>"$WORK/collector.err" &
  pid=$!
  disown "$pid"
  RECEIVERS[$name]=$pid
  until_true test -s "$WORK/port.$name" || return 1
  PORTS[$name]=$(<"$WORK/port.$name")
}

stop_receiver() { # NAME
  local pid=${RECEIVERS[$1]}
  unset "RECEIVERS[$1]"
  kill -KILL "$pid"
  until_true eval "! kill -0 $pid"
}

stop_receivers() {
  local name
  for name in "${!RECEIVERS[@]}"; do stop_receiver "$name"; done
}

# configure LINE...: otel.conf with these, and quick delays.
configure() {
  printf '%s\n' "AgentUser=$(id -un)" BatchTimeout=50ms \
    RetryInitialDelay=10ms RetryMaxDelay=100ms CircuitBreakerReset=100ms "$@" >"$CONF"
}

# agent_once [OPTION...]: one pass; its status.  What it says is in LOG.
agent_once() {
  "$AGENT" --spool "$SPOOL" --config "$CONF" --once "$@" 2>>"$LOG"
}

# start_agent [OPTION...]: in the foreground of a background job.
start_agent() {
  "$AGENT" --spool "$SPOOL" --config "$CONF" --foreground "$@" 2>>"$LOG" &
  AGENT_PID=$!
  # one that was killed left its own behind
  until_true eval '[[ $(<"$SPOOL/agent.pid") == "$AGENT_PID" ]]'
}

# stop_agent: SIGTERM; its status.
stop_agent() {
  local status=0
  kill -TERM "$AGENT_PID"
  wait "$AGENT_PID" || status=$?
  AGENT_PID=
  return $status
}

write_spans() { # FIRST COUNT [NAME]
  "$SPOOL_TOOL" write "$SPOOL" "$@"
}

# The number of every span in an accepted request, each once.
received() { # [NAME]
  sent_to "$@" | sort -nu
}

sent_to() { # [NAME]: the same, as often as it came, in order
  local files
  files=$(compgen -G "$RECEIVED/${1:-}/*.200.body" | sort)
  [[ -n $files ]] || return 0
  # shellcheck disable=SC2086
  "$SPOOL_TOOL" ids $files
}

requests() { # [NAME]: how many there were
  compgen -G "$RECEIVED/${1:-}/*.head" | wc -l
}

all_received() { # COUNT [NAME]
  [[ $(received "${2:-}" | wc -l) -eq $1 ]]
}

delivered() { # nothing is left in the spool
  [[ ! -s $SPOOL/current ]] && ! compgen -G "$SPOOL/segment.*" >/dev/null
}
