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

# --- a steady flow: a batch a BatchTimeout, not a request a span
rm -rf "$RECEIVED"
start_collector '200 slow=30'
configure "Endpoint=http://127.0.0.1:$PORT"
sed -i 's/^BatchTimeout=.*/BatchTimeout=500ms/' "$CONF"
start_agent
for ((i = 1; i <= 100; i++)); do
  write_spans "$i" 1
  sleep 0.02 # the flow itself
done
ok 'a flow of spans is delivered' until_true all_received 100
diag "$(requests) requests for 100 spans"
ok 'in few requests' test "$(requests)" -lt 15
stop_agent
is 'it ends' $? 0
done_testing
