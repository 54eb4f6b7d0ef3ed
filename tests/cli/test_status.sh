#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm-otel status, as people and scripts call it: options, exit statuses,
# what it says of spools in every state and to users who may not look.
# shellcheck source=tests/agent/lib.sh
. "$(dirname "$0")/../agent/lib.sh"

# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

SPOOLS=$WORK/spools
SPOOL=$SPOOLS/slurmd
export LC_ALL=C.UTF-8 TZ=UTC COLUMNS=160
unset NO_COLOR TERM

status() {
  run status --config "$CONF" "$@"
}

# --- options
usage_error 'unknown option' 'unknown option --frobnicate' status --frobnicate
usage_error 'argument' 'unexpected argument slurmd' status slurmd
usage_error 'missing value' 'a value is missing after --config' status --config
usage_error 'no seconds' '--watch takes seconds from 1 to 86400, not 0' status --watch=0
usage_error 'bad seconds' '--watch takes .*, not 2x' status --watch=2x
usage_error 'many seconds' '--watch takes' status --watch=99999999999999999999
run status --help
is 'help: status' "$STATUS" 0
like 'help: names --json' "$OUT" '--json'
run status --config "$WORK/none"
is 'no such file: status' "$STATUS" 1
like 'no such file: message' "$ERR" 'No such file or directory'

# --- no spool
# the breaker stays closed, however late we look
configure "SpoolDir=$SPOOLS" 'Endpoint=http://127.0.0.1:1' CircuitBreakerThreshold=1000
status
is 'no spool: status' "$STATUS" 1
like 'no spool: message' "$OUT" "there is no spool in $SPOOLS"

# --- nobody serves what waits
mkdir "$SPOOLS"
write_spans 1 3
status
is 'spans wait for nobody: status' "$STATUS" 1
like 'spans wait for nobody' "$OUT" 'slurmd: no agent runs, and 3 spans wait'
status --json
is 'spans wait for nobody: status with --json' "$STATUS" 1

# --- an agent and an endpoint that is away
start_agent
ok 'a failed attempt needs attention' until_true \
  eval 'status; [[ $OUT == *"http://127.0.0.1:1/v1/traces: it did not take"* ]]'
status
is 'its status' "$STATUS" 1
like 'the agent runs' "$OUT" "slurmd +pid $AGENT_PID +3 "
stop_agent

# --- all is well
start_collector 200
configure "SpoolDir=$SPOOLS" "Endpoint=http://user:secret@127.0.0.1:$PORT"
start_agent
served() {
  "$TOOL" status --config "$CONF" >"$WORK/delivered" && grep -qE "$PORT/v1/traces +slurmd +well +3 " "$WORK/delivered"
}
ok 'all is well' until_true served
status
is 'all is well: status' "$STATUS" 0
like 'the endpoint' "$OUT" "http://\*\*\*@127.0.0.1:$PORT/v1/traces +slurmd +well +3 "
like 'the former endpoint' "$OUT" 'http://127.0.0.1:1/v1/traces +slurmd +unused '
unlike() { [[ $1 != *"$2"* ]]; }
ok 'no secret' unlike "$OUT" secret
is 'no message' "$ERR" ''
ok 'not a line is too long' test "$(wc -L <"$WORK/out")" -le 160
LC_ALL=C status
ok 'ASCII' unlike "$OUT" $'\xc2'
status --json
is 'all is well: status with --json' "$STATUS" 0
if command -v jq >/dev/null; then
  is 'JSON: nothing to say' "$(jq -c .attention <<<"$OUT")" '[]'
  is 'JSON: what there is' "$(jq -r 'keys | join(" ")' <<<"$OUT")" \
    'attention spool_dir spool_max_size spools time version'
  is 'JSON: of a spool' "$(jq -r '.spools[0] | keys | join(" ")' <<<"$OUT")" \
    'agent endpoints in_bad name path queues spans waiting'
fi

# --- looking wakes no agent, and keeps none from starting
switches() {
  awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$AGENT_PID/status"
}
asleep() {
  local before
  before=$(switches)
  sleep 0.3
  [[ $(switches) -eq $before ]]
}
ok 'the agent falls asleep' until_true asleep
before=$(switches)
for ((i = 0; i < 20; i++)); do status; done
is 'it is not woken' "$(($(switches) - before))" 0
stop_agent
for ((i = 0; i < 200; i++)); do "$TOOL" status --config "$CONF"; done >/dev/null &
looker=$!
started=0
for ((i = 0; i < 10; i++)); do
  write_spans $((10 + i)) 1
  agent_once && delivered && started=$((started + 1))
done
wait "$looker"
is 'an agent starts while somebody looks' "$started" 10

# --- again and again
mkfifo "$WORK/pipe"
"$TOOL" status --config "$CONF" --json --watch=1 >"$WORK/pipe" &
watcher=$!
exec 3<"$WORK/pipe"
read -r first <&3
read -r second <&3
exec 3<&-
kill "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
like '--watch: an object a line' "$first" '^\{.*\}$'
isnt '--watch: looked at anew' "$second" "$first"

# --- a spool that can not be read
mkdir -p "$SPOOLS/slurmctld"
chmod 777 "$SPOOLS/slurmctld"
status
is 'a spool that is not safe: status' "$STATUS" 1
like 'a spool that is not safe' "$OUT" 'slurmctld: can not be read: '
like 'the other one is shown' "$OUT" 'slurmd '
rmdir "$SPOOLS/slurmctld"
if ((EUID == 0)) && id nobody >/dev/null 2>&1; then
  chmod 755 "$WORK" "$SPOOLS"
  chmod 644 "$CONF"
  install -m 755 "$TOOL" "$WORK/tool"
  OUT=$(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups \
    "$WORK/tool" status --config "$CONF")
  is 'another user: status' $? 1
  like 'another user' "$OUT" 'slurmd: can not be read: .*Permission denied'
else
  skip 'another user' 'not root'
fi
stop_collector
done_testing
