# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The agent's cost, for bench/run.sh: how fast a backlog drains into a real
# Collector by each protocol, what memory that takes, and what idleness costs.

BACKLOG=${BACKLOG:-1000000}    # spans that wait
PROTOCOL_SPANS=${PROTOCOL_SPANS:-100000}
IDLE_SECONDS=${IDLE_SECONDS:-60}
AGENT=$BUILD/slurm-otel-agent
AGENT_SPOOL=$WORK/backlog
AGENT_PID=

# shellcheck source=tests/lib/otelcol.sh
. "$TOP/tests/lib/otelcol.sh"

status_field() { # FIELD: of the agent, kB or a count
  awk -v field="$1:" '$1 == field { print $2 }' "/proc/$AGENT_PID/status" 2>/dev/null
}

# start_agent LINE...: with these in otel.conf.
start_agent() {
  printf '%s\n' "AgentUser=$(id -un)" "$@" >"$WORK/agent.conf"
  "$AGENT" --spool "$AGENT_SPOOL" --config "$WORK/agent.conf" "${AGENT_OPTIONS[@]}" \
    2>"$WORK/agent.log" &
  AGENT_PID=$!
}

# drain LABEL COUNT LINE...: one pass over COUNT spans.
drain() {
  local label=$1 count=$2 start resident=0 now
  shift 2
  rm -rf "$AGENT_SPOOL"
  mkdir -m 0700 "$AGENT_SPOOL"
  "$BUILD/bench_fill" "$AGENT_SPOOL" "$count"
  AGENT_OPTIONS=(--once)
  start=$(date +%s%N)
  start_agent "$@"
  sleep 1 # past its start, and the first connection
  while now=$(status_field VmRSS) && [[ -n $now ]]; do
    ((now <= resident)) || resident=$now
    sleep 0.1
  done
  if ! wait "$AGENT_PID"; then
    cat "$WORK/agent.log" >&2
    return 1
  fi
  awk -v label="$label" -v n="$count" -v ns=$(($(date +%s%N) - start)) -v kb="$resident" 'BEGIN {
    printf "%-22s  %8d spans  %8.0f a second   %5.1f MiB resident at most\n",
      label, n, n / (ns / 1e9), kb / 1024 }'
}

bench_backlog() {
  local certs=$WORK/certs scheme
  say "A backlog into a real Collector (budget: 8 MiB resident)"
  if [[ -n $(otelcol_missing) ]]; then
    echo "skipped: $(otelcol_missing)"
    return
  fi
  certs_make "$certs"
  otelcol_start "$WORK/otelcol" discard --certs "$certs"
  drain "http" "$BACKLOG" "Endpoint=$(otelcol_url http)"
  for scheme in http https http+json grpc grpcs; do
    drain "$scheme" "$PROTOCOL_SPANS" "Endpoint=$(otelcol_url $scheme)" "CAFile=$certs/ca.pem"
  done
  drain "http, gzip" "$PROTOCOL_SPANS" "Endpoint=$(otelcol_url http)" Compression=gzip
  drain "grpc, gzip" "$PROTOCOL_SPANS" "Endpoint=$(otelcol_url grpc)" Compression=gzip
  drain "file" "$PROTOCOL_SPANS" "Endpoint=file:$WORK/drained.jsonl"
  otelcol_stop
}

switches() {
  awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$AGENT_PID/status"
}

bench_idle() {
  local before
  say "An idle agent, $IDLE_SECONDS s (budget: no wake-up)"
  rm -rf "$AGENT_SPOOL"
  mkdir -m 0700 "$AGENT_SPOOL"
  "$BUILD/bench_fill" "$AGENT_SPOOL" 100
  AGENT_OPTIONS=(--foreground)
  start_agent "Endpoint=file:$WORK/drained.jsonl"
  sleep 3 # it delivers, and falls asleep
  before=$(switches)
  sleep "$IDLE_SECONDS"
  echo "woke up $(($(switches) - before)) times, $(status_field VmRSS) kB resident," \
    "$(status_field RssAnon) kB of it private"
  kill "$AGENT_PID"
  wait "$AGENT_PID" || true
}
