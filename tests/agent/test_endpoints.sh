#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Several receivers: who gets which batch, what waits for whom, and when one is
# left alone.
. "$(dirname "$0")/lib.sh"

url() { # NAME...: the endpoints as otel.conf lists them
  local name list=
  for name; do list+=,http://127.0.0.1:${PORTS[$name]}; done
  echo "${list#,}"
}
fresh() {
  rm -rf "$RECEIVED" "$SPOOL"
  : >"$LOG"
}
each_once() { # NAME
  [[ -z $(sent_to "$1" | sort -n | uniq -d) ]]
}
queues() { # how many are there
  compgen -G "$SPOOL/behind/*" | wc -l
}
queued() { # bytes in all queues
  cat "$SPOOL"/behind/*/{current,segment.*} 2>/dev/null | wc -c
}

# --- configuration
start_receiver a 200
configure "Endpoint=$(url a a)"
"$AGENT" --spool "$SPOOL" --config "$CONF" --once 2>>"$LOG"
is 'an endpoint that is there twice: EX_CONFIG' $? 78
for wrong in EndpointPolicy=some CircuitBreakerThreshold=0 MaxExportBatchBytes=1KiB \
  ShutdownTimeout=0; do
  configure "$wrong"
  "$AGENT" --spool "$SPOOL" --config "$CONF" --once 2>>"$LOG"
  is "$wrong: EX_CONFIG" $? 78
done

stop_receivers

# --- failover, and back
fresh
start_receiver a 200
start_receiver b 200
stop_receiver a
configure "Endpoint=$(url a b)" MaxExportBatchSize=10 CircuitBreakerThreshold=2
start_agent
write_spans 1 50
ok 'the second stands in for the first' until_true all_received 50 b
until_true grep -q 'circuit breaker opens' "$LOG" || write_spans 51 1
start_receiver a 200
n=100
back() {
  write_spans $((n++)) 1
  [[ $(received a | wc -l) -gt 0 ]]
}
ok 'the first is used again when it is back' until_true back
stop_agent
is 'it ends' $? 0
is 'nothing is lost' "$( (received a && received b) | sort -nu | wc -l)" \
  "$(($( (received a && received b) | wc -l)))"
stop_receivers

# --- what one refuses because of us, another may take
fresh
start_receiver a '401 message=who are you'
start_receiver b 200
configure "Endpoint=$(url a b)"
write_spans 1 30
ok 'the second takes what the first refuses to take from us' agent_once
ok 'all of it' all_received 30 b
is 'the first was asked once' "$(requests a)" 1
not_ok 'nothing is set aside' test -e "$SPOOL/bad"
stop_receivers

# --- round robin
fresh
for name in a b c; do start_receiver "$name" 200; done
configure "Endpoint=$(url a b c)" EndpointPolicy=round_robin MaxExportBatchSize=10
write_spans 1 300
ok 'round robin delivers' agent_once
is 'each gets its share' "$(requests a)-$(requests b)-$(requests c)" 10-10-10
stop_receiver b
write_spans 301 300
ok 'one that is dead is passed over' agent_once
is 'nothing is lost' "$( (received a && received b && received c) | sort -nu | wc -l)" 600
stop_receivers

# --- all, one of them dead
fresh
start_receiver a 200
start_receiver b 200
stop_receiver b
configure "Endpoint=$(url a b)" EndpointPolicy=all MaxExportBatchSize=20
write_spans 1 100
start_agent
ok 'the living one gets everything' until_true all_received 100 a
write_spans 101 100
ok 'and goes on to' until_true all_received 200 a
ok 'nothing is held back in the spool' until_true delivered
kill -KILL "$AGENT_PID"
wait "$AGENT_PID" 2>/dev/null
start_agent
write_spans 201 100
ok 'also after a crash' until_true all_received 300 a
is 'which repeats nothing here' "$(sent_to a | wc -l)" 300
is 'the dead one has a queue' "$(queues)" 1
stop_agent
is 'SIGTERM ends it although a queue is stuck' $? 0
start_agent
start_receiver b '200 slow=50'
until_true eval '[[ $(requests b) -gt 0 ]]'
write_spans 301 20
ok 'once it is back it gets everything' until_true all_received 320 b
ok 'each span once' each_once b
is 'in order, also what came meanwhile' "$(sent_to b | sha1sum)" "$(seq 320 | sha1sum)"
write_spans 321 20
ok 'then both get what comes' until_true eval 'all_received 340 a && all_received 340 b'
stop_agent
is 'it ends' $? 0
ok 'each span once to one' each_once a
ok 'and to the other' each_once b
stop_receivers

# --- all, all well: a kill repeats no batch that everybody has
fresh
start_receiver a 200 200 200 hang
start_receiver b 200
configure "Endpoint=$(url a b)" EndpointPolicy=all MaxExportBatchSize=10
write_spans 1 100
start_agent
ok 'the agent waits for one of them' until_true eval '[[ $(requests a) -eq 4 ]]'
kill -KILL "$AGENT_PID"
wait "$AGENT_PID" 2>/dev/null
stop_receiver a
rm "$RECEIVED"/a/*
start_receiver a 200
ok 'the next agent delivers the rest' agent_once
is 'to one' "$(sent_to a | sort -n | sha1sum)" "$(seq 31 100 | sha1sum)"
is 'and to the other' "$(sent_to b | wc -l)" 100
stop_receivers

# --- all, killed at random moments between two that fail in turn
fresh
start_receiver a 503 200 drop 200 200 reset 200
start_receiver b 200 200 503 200 'drop' 503 200
configure "Endpoint=$(url a b)" EndpointPolicy=all MaxExportBatchSize=10
write_spans 1 500
for ((n = 0; n < 8; n++)); do
  "$AGENT" --spool "$SPOOL" --config "$CONF" --foreground 2>>"$LOG" &
  AGENT_PID=$!
  sleep "0.0$((RANDOM % 10))" # the moment itself
  kill -KILL "$AGENT_PID"
  wait "$AGENT_PID" 2>/dev/null
done
start_agent
ok 'both get everything' until_true eval 'all_received 500 a && all_received 500 b'
stop_agent
is 'it ends' $? 0
ok 'and the spool is empty' delivered
is 'the queues too' "$(queued)" 0
stop_receivers

# --- all: what one refuses, another accepts
fresh
start_receiver a --poison poison 200
start_receiver b 200
configure "Endpoint=$(url a b)" EndpointPolicy=all
write_spans 1 40
write_spans 5000 1 poison
not_ok 'a span that one refuses' agent_once
ok 'reaches the other' all_received 41 b
ok 'with all that both accept' all_received 40 a
ok 'once' each_once b
not_ok 'it is not set aside for all' test -e "$SPOOL/bad"
is 'but for the one' "$(cat "$SPOOL"/behind/*/bad/current | grep -c poison)" 1
like 'which is said' "$(<"$LOG")" 'set aside in .*/spool/behind/[0-9a-f]{16}/bad'
stop_receivers

# --- all: an endpoint that is removed while spans wait for it
fresh
start_receiver a 200
start_receiver b 200
start_receiver c 200
stop_receiver b
stop_receiver c
configure "Endpoint=$(url a b c)" EndpointPolicy=all MaxExportBatchSize=20
start_agent
write_spans 1 60
ok 'two queues' until_true eval 'all_received 60 a && [[ $(queues) -eq 2 ]] && delivered'
sed -i "s|^Endpoint=.*|Endpoint=$(url c)|" "$CONF"
kill -HUP "$AGENT_PID"
ok 'SIGHUP takes' until_true grep -q 'configuration was read again' "$LOG"
start_receiver c 200
ok 'the one that stays gets what waits for it' until_true all_received 60 c
ok 'the queue of the one that went is delivered and removed' \
  until_true eval '[[ $(queues) -eq 1 ]]'
is 'to the one that stays' "$(sent_to c | wc -l)" 120
stop_agent
is 'it ends' $? 0
stop_receivers

# --- the circuit breaker
fresh
start_receiver a 503
configure "Endpoint=$(url a)" CircuitBreakerThreshold=3 CircuitBreakerReset=10m
write_spans 1 10
start_agent
ok 'the breaker opens' until_true grep -q 'circuit breaker opens after 3 failures' "$LOG"
is 'after so many requests' "$(requests a)" 3
write_spans 11 10
sleep 1 # a measurement: the longest backoff is 100 ms
is 'and then there are none' "$(requests a)" 3
stop_agent
is 'it ends' $? 0
configure "Endpoint=$(url a)" CircuitBreakerThreshold=3 CircuitBreakerReset=1s
: >"$LOG"
rm -rf "$RECEIVED/a"/*
start_agent
ok 'it opens anew' until_true eval '[[ $(requests a) -eq 4 ]]'
is 'it is said once' "$(grep -c 'circuit breaker opens' "$LOG")" 1
sleep 0.5 # a measurement: the next probe is a second away
is 'the probe is one request' "$(requests a)" 4
stop_receiver a
start_receiver a 200
ok 'a probe that succeeds closes it' until_true all_received 20 a
ok 'which is said' until_true grep -q 'circuit breaker is closed again' "$LOG"
stop_agent
stop_receivers

# --- bounded by bytes
fresh
start_receiver a 200
configure "Endpoint=$(url a)" MaxExportBatchBytes=64KiB MaxExportBatchSize=10000
big=$(head -c 600 /dev/zero | tr '\0' x)
write_spans 1 500 "$big"
ok 'many bytes are delivered' agent_once
ok 'all of them' all_received 500 a
largest=$(find "$RECEIVED/a" -name '*.body' -printf '%s\n' | sort -n | tail -n 1)
ok 'no request is too large' test "$largest" -le 65536
ok 'but they are well filled' test "$largest" -ge 60000
is 'in order' "$(sent_to a | sha1sum)" "$(seq 500 | sha1sum)"
stop_receivers

# --- a deadline for all at the end
fresh
start_receiver a hang
start_receiver b hang
configure "Endpoint=$(url a b)" EndpointPolicy=all Timeout=10m ShutdownTimeout=1s
write_spans 1 10
start_agent
ok 'it waits for a receiver' until_true eval '[[ $(requests a) -gt 0 ]]'
begun=$SECONDS
stop_agent
is 'SIGTERM ends it' $? 0
ok 'within ShutdownTimeout, and a wide margin' test $((SECONDS - begun)) -lt 20
ok 'the spans stay' test "$(cat "$SPOOL"/segment.* "$SPOOL/current" 2>/dev/null | wc -c)" -gt 0
stop_receivers

# --- another agent serves the spool
fresh
start_receiver a 200
configure "Endpoint=$(url a)"
start_agent
: >"$LOG"
agent_once
is '--once beside a running agent: EX_TEMPFAIL' $? 75
like 'which is said' "$(<"$LOG")" 'another agent serves'
stop_agent

# --- its lock was removed, and a successor came
start_agent
first=$AGENT_PID
kill -STOP "$first"
rm "$SPOOL/agent.lock"
start_agent
kill -CONT "$first"
wait "$first"
is 'an agent that lost its lock ends' $? 0
is 'and leaves the file of its successor' "$(<"$SPOOL/agent.pid")" "$AGENT_PID"
stop_agent
done_testing
