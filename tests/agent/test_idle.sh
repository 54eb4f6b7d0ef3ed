#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An idle agent does nothing at all, and a busy one stays small.
. "$(dirname "$0")/lib.sh"

switches() { # of the agent, so far
  awk '/ctxt_switches/ { n += $2 } END { print n }' "/proc/$AGENT_PID/status"
}
kilobytes() { # FIELD
  awk -v field="$1:" '$1 == field { print $2 }' "/proc/$AGENT_PID/status"
}
asleep() {
  local before
  before=$(switches)
  sleep 0.3
  [[ $(switches) -eq $before ]]
}

start_collector 200
configure "Endpoint=http://127.0.0.1:$PORT"
start_agent
write_spans 1 20000
ok 'it delivers' until_true all_received 20000
ok 'and falls asleep' until_true asleep
before=$(switches)
sleep 3 # a measurement, not a synchronisation
is 'idle, it never wakes up' "$(($(switches) - before))" 0
diag "resident: $(kilobytes VmRSS) kB, $(kilobytes RssAnon) kB of it private"
if grep -q __asan_init "$AGENT"; then
  skip 'it stays small' 'built with sanitizers'
else
  ok 'it stays small' test "$(kilobytes VmRSS)" -lt 8192
fi
stop_agent
is 'it ends' $? 0
stop_collector

# --- steps come and go: one that ends as it should is not heard of
hold() {
  "$SPOOL_TOOL" hold "$SPOOL" "$1" >"$WORK/held.$1" &
  STEP_PID=$!
  disown "$STEP_PID"
  until_true grep -q held "$WORK/held.$1"
}
step_is_gone() {
  ! kill -0 "$STEP_PID" 2>/dev/null
}

rm -rf "$RECEIVED"
start_collector 200
configure "Endpoint=http://127.0.0.1:$PORT"
hold 30000
start_agent
ok 'with a step that runs it falls asleep' until_true asleep
before=$(switches)
kill -TERM "$STEP_PID"
until_true step_is_gone
for ((i = 30001; i <= 30020; i++)); do
  hold "$i"
  kill -TERM "$STEP_PID"
  until_true step_is_gone
done
hold 30100
sleep 1 # a measurement: of the agent that is to sleep
is 'the beginnings and ends of 21 steps do not wake it' "$(($(switches) - before))" 0
kill -KILL "$STEP_PID"
ok 'a death does' until_true all_received 1
ok 'and it falls asleep again' until_true asleep
sleep 1.5 # past the second look that follows a death
before=$(switches)
sleep 2 # a measurement
is 'for good' "$(($(switches) - before))" 0
stop_agent
is 'it ends' $? 0
stop_collector

# --- a steady flow: a batch a BatchTimeout, not a request a span
rm -rf "$RECEIVED"
start_collector '200 slow=30'
configure "Endpoint=http://127.0.0.1:$PORT"
sed -i 's/^BatchTimeout=.*/BatchTimeout=500ms/' "$CONF"
start_agent
flow_start=${EPOCHREALTIME/./}
for ((i = 1; i <= 100; i++)); do
  write_spans "$i" 1
  sleep 0.02 # the flow itself
done
ok 'a flow of spans is delivered' until_true all_received 100
# As many as there were times of half a second: the flow is slow where others run.
timeouts=$(((${EPOCHREALTIME/./} - flow_start) / 500000))
diag "$(requests) requests for 100 spans in $timeouts times BatchTimeout"
ok 'in few requests' test "$(requests)" -le $((timeouts + 2))
stop_agent
is 'it ends' $? 0
done_testing
