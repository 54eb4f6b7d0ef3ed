#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm-otel stop: which processes root ends, and which it leaves alone whatever
# agent.pid says.
# The installed programs: an agent is known by its path.
AGENT=${AGENT:-$PWD/stage/sbin/slurm-otel-agent}
SLURM_OTEL=${SLURM_OTEL:-$PWD/stage/bin/slurm-otel}
# shellcheck source=tests/agent/lib.sh
. "$(dirname "$0")/../agent/lib.sh"
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

SPOOLS=$WORK/spools
SPOOL=$SPOOLS/slurmd

stop() {
  run stop --config "$CONF" "$@"
}

# --- options
usage_error 'unknown option' 'unknown option --frobnicate' stop --frobnicate
usage_error 'argument' 'unexpected argument slurmd' stop slurmd
usage_error 'missing value' 'a value is missing after --config' stop --config
run stop --help
is 'help: status' "$STATUS" 0
like 'help: names --replaced' "$OUT" '--replaced'
run stop --config "$WORK/none"
is 'no such file: status' "$STATUS" 1

# --- nothing to end
configure "SpoolDir=$SPOOLS" 'Endpoint=http://127.0.0.1:1' ShutdownTimeout=100ms
stop
is 'no SpoolDir: status and words' "$STATUS$OUT$ERR" 0
mkdir "$SPOOLS"
write_spans 1 3
stop
is 'no agent: status and words' "$STATUS$OUT$ERR" 0
echo $$ >"$SPOOL/agent.pid"
stop
is 'a pid that an agent left behind is nobody: status and words' "$STATUS$OUT$ERR" 0

# --- root, for others may not see what a process runs
[[ $(id -u) -eq 0 ]] || { skip 'ends an agent' 'not root'; done_testing; exit; }
start_agent
stop --replaced
is 'the program is the installed one: status and words' "$STATUS$OUT$ERR" 0
ok 'that agent runs on' kill -0 "$AGENT_PID"
stop
is 'ends it: status' "$STATUS$ERR" 0
is 'says so' "$OUT" "slurmd: agent $AGENT_PID has ended"
status=0
wait "$AGENT_PID" || status=$?
is 'it ended by itself' "$status" 0
AGENT_PID=
like 'the spans are there' "$("$SPOOL_TOOL" stats "$SPOOL")" "bytes [1-9]"

# --- agent.pid says what its owner likes
start_agent
sleep 600 &
bystander=$!
echo $bystander >"$SPOOL/agent.pid"
stop
is 'a stranger: status' "$STATUS" 1
like 'a stranger: message' "$ERR" "process $bystander, which agent.pid names, runs .*/sleep"
ok 'a stranger is left alone' kill -0 $bystander
kill $bystander
"$AGENT" --spool "$SPOOLS/slurmd.n2" --config "$CONF" --foreground 2>>"$LOG" &
ok 'another agent runs' until_true test -s "$SPOOLS/slurmd.n2/agent.pid"
other=$(<"$SPOOLS/slurmd.n2/agent.pid")
echo "$other" >"$SPOOL/agent.pid"
mv "$SPOOLS/slurmd.n2" "$WORK/elsewhere"
stop
is 'the agent of another spool: status' "$STATUS" 1
like 'the agent of another spool: message' "$ERR" "process $other, which agent.pid names, serves another spool"
ok 'the agent of another spool is left alone' kill -0 "$other"
kill "$other"
echo 999999999 >"$SPOOL/agent.pid"
stop
is 'no such process: status' "$STATUS" 1
like 'no such process: message' "$ERR" 'agent.pid names process 999999999: No such file'
rm "$SPOOL/agent.pid"
ln -s /proc/1/status "$SPOOL/agent.pid"
stop
is 'a link: status' "$STATUS" 1
like 'a link: message' "$ERR" 'no agent.pid tells which process it is'
stop_agent

# --- after an upgrade
rm -f "$SPOOL/agent.pid"
cp -p "$AGENT" "$AGENT.next"
start_agent
mv -f "$AGENT.next" "$AGENT"
stop --replaced
is 'its program was replaced: status' "$STATUS$ERR" 0
is 'it has ended' "$OUT" "slurmd: agent $AGENT_PID has ended"
AGENT_PID=
done_testing
