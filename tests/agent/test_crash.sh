#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The agent is killed at random moments while its receiver fails and writers
# write: every span arrives, once or more.  SEED=N repeats a run.
. "$(dirname "$0")/lib.sh"

SPANS=1000
KILLS=12
SEED=${SEED:-$RANDOM}
RANDOM=$SEED
diag "SEED=$SEED"

start_collector '503' 'drop' 200 200 '503 retry-after=0' 200 'reset' 200 \
  'drop' 200 200 200 '200 cut' 200 'drop' 200
configure "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=20
write_spans 1 $((SPANS / 2))

(for ((i = SPANS / 2 + 1; i <= SPANS; i += 50)); do
  "$SPOOL_TOOL" write "$SPOOL" "$i" 50 || exit 1
done) &
writer=$!

for ((n = 0; n < KILLS; n++)); do
  "$AGENT" --spool "$SPOOL" --config "$CONF" --foreground 2>>"$LOG" &
  AGENT_PID=$!
  # between the first instruction and well into the work
  sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
  kill -KILL "$AGENT_PID"
  wait "$AGENT_PID" 2>/dev/null
done
diag "$(requests) requests from agents that were killed"
wait "$writer"
is 'the writer was not disturbed' $? 0

rm -f "$SPOOL/agent.pid"
start_agent
ok "every one of $SPANS spans arrived" until_true all_received "$SPANS"
stop_agent
is 'the last agent ends' $? 0
ok 'the spool is empty' delivered
is 'what arrived is what was written' "$(received | sha1sum)" "$(seq "$SPANS" | sha1sum)"
ok 'nothing was set aside' test ! -e "$SPOOL/bad"
done_testing
