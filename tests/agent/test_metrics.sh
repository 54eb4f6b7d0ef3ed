#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The agent's figures: after delivery, an outage, kill -9, a full spool and a
# full disk, status and MetricsFile say what arrived and what was lost.
. "$(dirname "$0")/lib.sh"

TOOL=${SLURM_OTEL:-$PWD/slurm-otel}
SPOOLS=$WORK/spools
SPOOL=$SPOOLS/slurmd
PROM=$WORK/node/slurm-otel.prom
mkdir "$SPOOLS" "$WORK/node"
command -v jq >/dev/null || skip_all 'no jq'

setup() { # LINE...
  configure "SpoolDir=$SPOOLS" "MetricsFile=$PROM" "$@"
}
status() { # FILTER, below the spool
  "$TOOL" status --config "$CONF" --json | jq -r ".spools[0] | $1"
}
spans() { # created, exported, waiting, repeated, dropped of each kind
  status '[.spans.created, .spans.exported, .waiting.spans, .spans.repeated,
    .spans.dropped.spool_full, .spans.dropped.write_failed, .spans.set_aside] | join(" ")'
}
prom() { # NAME [LABEL]: the sum over all endpoints
  awk -v name="slurm_otel_$1{" -v label="${2:-}" \
    'index($1, name) == 1 && index($1, label) { n += $2 } END { print n + 0 }' "$PROM"
}
prom_spans() { # the same figures as spans
  echo "$(prom spans_created_total) $(prom spans_exported_total) $(prom spool_spans)" \
    "$(prom spans_repeated_total) $(prom spans_dropped_total spool_full)" \
    "$(prom spans_dropped_total write_failed) $(prom spans_set_aside_total)"
}
both() { # DESCRIPTION FIGURES
  is "$1: status" "$(spans)" "$2"
  is "$1: MetricsFile" "$(prom_spans)" "$2"
}
spans_are() {
  [[ $(spans) == "$1" ]]
}

# --- without an agent, and without figures of one
setup 'Endpoint=http://127.0.0.1:1'
write_spans 1 10
is 'spans wait: status' "$(spans)" '10 0 10 0 0 0 0'
not_ok 'no agent was there: no MetricsFile' test -e "$PROM"

# --- delivery, with an outage
start_collector 503 429 200
setup "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=64
start_agent
ok 'all arrive' until_true all_received 10
write_spans 11 190
ok 'all of the next too' until_true all_received 200
ok 'the agent runs' until_true spans_are '200 200 0 0 0 0 0'
is 'status knows its pid' "$(status '.agent | "\(.running) \(.pid)"')" "true $AGENT_PID"
is 'attempts are counted by verdict' \
  "$(status '.endpoints[0].exports | "\(.sent >= 4) \(.retry) \(.reject)"')" 'true 2 0'
is 'each has a duration' "$(status '.endpoints[0] | .duration.count == ([.exports[]] | add)')" true
is 'the receiver is well again' "$(status '.endpoints[0].failures')" 0
like 'the last error stays on record' "$(status '.endpoints[0].error')" '.'
stop_agent
both 'after delivery' '200 200 0 0 0 0 0'
is 'an agent that ended is down' "$(prom agent_up)" 0
is 'the file is for everybody' "$(stat -c %a "$PROM")" 644
is 'nothing is left beside it' "$(ls -A "$WORK/node")" "$(basename "$PROM")"
if command -v promtool >/dev/null; then
  is 'promtool has no objection' "$(promtool check metrics <"$PROM" 2>&1)" ''
else
  skip 'promtool has no objection' 'no promtool'
fi

# --- figures go on from agent to agent; a running one writes the file by itself
write_spans 201 50
start_agent
ok 'the figures of two agents are one' until_true spans_are '250 250 0 0 0 0 0'
ok 'MetricsFile follows' until_true eval '[[ $(prom_spans) == "250 250 0 0 0 0 0" ]]'
is 'the agent is up' "$(prom agent_up)" 1
is 'both were counted' "$(prom agent_starts_total)" 2
switches() {
  awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$AGENT_PID/status"
}
before=$(switches)
sleep 11 # longer than the pause between two writes: a measurement
is 'with nothing new to tell the agent sleeps' "$(($(switches) - before))" 0
stop_agent

# --- somebody keeps the directory of MetricsFile locked
exec {lock}<"$WORK/node"
flock "$lock"
: >"$LOG"
start_agent
ok 'a lock that is never let go of is said' until_true grep -q 'MetricsFile: another process keeps' "$LOG"
before=$(switches)
sleep 2 # a measurement
is 'and is no reason to wake up' "$(($(switches) - before))" 0
exec {lock}<&-
stop_agent
is 'it ends' $? 0
stop_collector

# --- what a killed agent had sent of a batch that was not done is sent again,
# and counted
rm -rf "$RECEIVED" "$SPOOL" "$PROM"
start_collector 200 200 200 413 200 hang
setup "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=10
write_spans 1 100
start_agent
ok 'three batches and half of one are accepted' until_true all_received 35
ok 'the agent waits for the other half' until_true eval '[[ $(requests) -eq 6 ]]'
kill -KILL "$AGENT_PID"
wait "$AGENT_PID" 2>/dev/null
is 'the figures of a killed agent: exported, not settled' \
  "$(status '"\(.spans.created) \(.spans.exported) \(.spans.unsettled) \(.waiting.spans)"')" \
  '100 35 5 70'
is 'it does not run' "$(status .agent.running)" false
stop_collector
rm -rf "$RECEIVED"
start_collector 200
setup "Endpoint=http://127.0.0.1:$PORT"
agent_once
both 'the next one counts what it repeats' '100 105 0 5 0 0 0'
is 'and repeats no more' "$(sent_to | wc -l)" 70
stop_collector

# --- the bound of the spool: what is lost is what did not arrive
rm -rf "$RECEIVED" "$SPOOL" "$PROM"
setup 'Endpoint=http://127.0.0.1:1' SpoolMaxSize=256KiB
big=$(head -c 600 /dev/zero | tr '\0' x)
start_agent
SPOOL_SIZE=262144 write_spans 1 2000 "$big"
stop_agent
lost=$(status .spans.dropped.spool_full)
waiting=$(status .waiting.spans)
ok 'the oldest went' test "$lost" -gt 500
is 'what waits and what was lost is all' $((lost + waiting)) 2000
both 'a full spool' "2000 0 $waiting 0 $lost 0 0"
start_collector 200
setup "Endpoint=http://127.0.0.1:$PORT" SpoolMaxSize=256KiB
agent_once
both 'after it' "2000 $waiting 0 0 $lost 0 0"
is 'what arrived' "$(received | wc -l)" "$waiting"
is 'the newest arrived' "$(received | tail -n 1)" 2000
not_ok 'a loss needs attention' "$TOOL" status --config "$CONF"
stop_collector

# --- refused spans
rm -rf "$RECEIVED" "$SPOOL" "$PROM"
start_collector --poison poison 200
setup "Endpoint=http://127.0.0.1:$PORT"
write_spans 1 20
write_spans 100 1 poison
agent_once
both 'a refused span' '21 20 0 0 0 0 1'
is 'it is in bad/' "$(status .in_bad) $(prom spool_set_aside_spans)" '1 1'
stop_collector

# --- a full disk
if ((EUID != 0)) || ! unshare -m true 2>/dev/null; then
  skip 'a full disk' 'not root'
  done_testing
  exit
fi
cat >"$WORK/full-disk" <<EOF
set -e
mount -t tmpfs -o size=512k tmpfs "$SPOOLS"
"$SPOOL_TOOL" write "$SPOOL" 1 10
"$AGENT" --spool "$SPOOL" --config "$CONF" --once || exit 9
"$SPOOL_TOOL" write "$SPOOL" 11 2000 "$big" 2>"$WORK/refused" || true
for number in 3001 3002 3003; do
  "$SPOOL_TOOL" write "$SPOOL" \$number 1 "$big" 2>>"$WORK/refused" || true
done
"$TOOL" status --config "$CONF" --json >"$WORK/full.json" || true
"$AGENT" --spool "$SPOOL" --config "$CONF" --once || exit 9
"$TOOL" status --config "$CONF" --json >"$WORK/after.json" || true
EOF
rm -rf "$RECEIVED" "$SPOOL" "$PROM"
start_collector 200
setup "Endpoint=http://127.0.0.1:$PORT"
ok 'an agent on a full disk delivers' unshare -m --propagation private bash "$WORK/full-disk"
full() { # FILE FILTER
  jq -r ".spools[0] | $2" "$WORK/$1.json"
}
waiting=$(full full .waiting.spans)
failed=$(full full .spans.dropped.write_failed)
ok 'the disk was full' test "$failed" -gt 0
is 'the writer was told as often' "$(grep -c . "$WORK/refused")" "$failed"
is 'created is what was written or lost' "$(full full .spans.created)" $((10 + waiting + failed))
is 'then all that was written is exported' \
  "$(full after '"\(.spans.created) \(.spans.exported) \(.waiting.spans) \(.spans.dropped.write_failed)"')" \
  "$((10 + waiting + failed)) $((10 + waiting)) 0 $failed"
is 'MetricsFile says the same' \
  "$(prom spans_exported_total) $(prom spans_dropped_total write_failed)" "$((10 + waiting)) $failed"
is 'what arrived' "$(received | wc -l)" $((10 + waiting))
stop_collector
done_testing
