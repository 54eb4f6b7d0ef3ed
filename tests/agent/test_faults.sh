#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Receivers that fail: what is kept, what is set aside, what is said.
. "$(dirname "$0")/lib.sh"

# --- nobody listens
start_collector 200
stop_collector
configure "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=64
write_spans 1 100
not_ok 'without a receiver nothing is delivered' agent_once
not_ok 'and nothing leaves the spool' delivered

# --- an outage of a running agent
: >"$LOG"
start_agent
ok 'an outage is said' until_true grep -q 'does not take spans' "$LOG"
start_collector --port "$PORT" 503 'drop' 'reset' '429 retry-after=0' '502' 200
ok 'after it every span arrives' until_true all_received 100
ok 'its end is said' until_true grep -q 'answers again, after' "$LOG"
is 'each once' "$(grep -c 'does not take spans' "$LOG"):$(grep -c 'answers again' "$LOG")" 1:1
stop_agent
is 'it ends' $? 0
ok 'the spool is empty' delivered
stop_collector

# --- a record of a later version is counted once, however often it is read
rm -rf "$RECEIVED" "$SPOOL"
start_collector 503
configure "Endpoint=http://127.0.0.1:$PORT"
write_spans 1 5
"$SPOOL_TOOL" raw "$SPOOL" 200 'of a later version'
write_spans 6 5
: >"$LOG"
start_agent
ok 'a batch is read again and again' until_true eval '[[ $(requests) -ge 4 ]]'
stop_collector
start_collector --port "$PORT" 200
ok 'until it is delivered' until_true delivered
stop_agent
like 'what is not known was counted once' "$(<"$LOG")" '10 spans delivered, .* 1 records of unknown kind'
stop_collector

# --- a spool that can be read in part
rm -rf "$RECEIVED" "$SPOOL"
start_collector 200
configure "Endpoint=http://127.0.0.1:$PORT"
write_spans 1 10
mv "$SPOOL/current" "$SPOOL/segment.00000000000000000001"
mkdir "$SPOOL/current"
: >"$LOG"
not_ok 'what can not be read' agent_once
ok 'does not hold back what can' all_received 10
is 'nor repeat it' "$(sent_to | wc -l)" 10
like 'and it is said' "$(<"$LOG")" 'current in the spool is no regular file: remove it; spans stay in the spool'
rmdir "$SPOOL/current"
stop_collector

# --- killed while the disk flushes the cursor: what arrived is not repeated
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
  rm -rf "$RECEIVED" "$SPOOL"
  start_collector 200
  configure "Endpoint=http://127.0.0.1:$PORT"
  write_spans 1 10
  strace -f -o "$WORK/strace" -e trace=fsync -e inject=fsync:signal=KILL \
    "$AGENT" --spool "$SPOOL" --config "$CONF" --once 2>>"$LOG"
  is 'killed in a flush' $? 137
  ok 'of what has arrived' all_received 10
  ok 'the next agent finds nothing to do' agent_once
  is 'and repeats nothing' "$(sent_to | wc -l)" 10
  stop_collector
else
  skip 'killed while the disk flushes' 'no strace'
fi

# --- one bad span among many
rm -rf "$RECEIVED"
start_collector --poison poison 200
configure "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=500
write_spans 1000 200
write_spans 5000 1 poison
write_spans 1200 200
: >"$LOG"
not_ok 'a refused span makes --once fail' agent_once
ok 'all the others arrive' all_received 400
ok 'the spool is empty' delivered
is 'bad/ holds exactly the one' "$(grep -c 'poison' "$SPOOL/bad/current")" 1
like 'the count is said' "$(<"$LOG")" '400 spans delivered, 0 rejected by receivers, 1 set aside'
is 'and the cause once' "$(grep -c 'refuses spans for good' "$LOG")" 1
ok 'bisecting took few requests' test "$(requests)" -lt 30
stop_collector

# --- what was refused is not sent again as it was, also when the receiver is
# busy between the halves
rm -rf "$RECEIVED" "$SPOOL"
start_collector --poison poison 429 503 200
configure "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=100
write_spans 1 99
write_spans 5000 1 poison
start_agent
ok 'all the others arrive beside busy answers' until_true all_received 99
ok 'and the spool is empty' until_true delivered
is 'the whole batch was sent once' \
  "$(find "$RECEIVED" -name '*.400.body' -printf '%s\n' | sort -n | tail -n 2 | uniq | wc -l)" 2
stop_agent
is 'it ends' $? 0
stop_collector

# --- a receiver that refuses us
rm -rf "$RECEIVED" "$SPOOL"
start_collector '401 message=who are you'
configure "Endpoint=http://127.0.0.1:$PORT"
write_spans 1 50
not_ok 'a refusal of the sender fails' agent_once
is 'and is not bisected' "$(requests)" 1
ok 'it does not block the queue' delivered
like 'the log shows why' "$(<"$LOG")" 'HTTP 401: who are you'
stop_collector

# --- what waits in the spool does not follow it
rm -rf "$RECEIVED" "$SPOOL"
start_collector 403
configure "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=100
write_spans 1 500
: >"$LOG"
start_agent
ok 'a receiver that refuses whatever it is sent' until_true grep -q 'refuses us: HTTP 403' "$LOG"
ok 'is left alone' until_true grep -q 'circuit breaker opens after 5 failures' "$LOG"
ok 'but for one request at a time' until_true eval '[[ $(requests) -gt 6 ]]'
stop_collector
start_collector --port "$PORT" 200
ok 'once that is mended the spool is delivered' until_true delivered
stop_agent
all=$(($(received | wc -l) + $(grep -ao OTL1 "$SPOOL/bad/current" | wc -l)))
is 'every span was accepted or set aside' "$all" 500
ok 'most of them accepted' test "$(received | wc -l)" -gt 350
ok 'bad/ is a spool that can be delivered' \
  "$AGENT" --spool "$SPOOL/bad" --config "$CONF" --once
ok 'so nothing is lost' all_received 500
stop_collector

# --- bad/ is bounded
rm -rf "$RECEIVED" "$SPOOL"
start_collector 404
configure "Endpoint=http://127.0.0.1:$PORT"
big=$(head -c 600 /dev/zero | tr '\0' x)
write_spans 1 500 "$big"
"$SPOOL_TOOL" write "$SPOOL/bad" 1000 30000 "$big"
not_ok '500 more refused spans of 700 bytes' agent_once
ok 'bad/ stays below 16 MiB' test "$(du -sb "$SPOOL/bad" | cut -f1)" -le $((17 * 1024 * 1024))
stop_collector

# --- failover
rm -rf "$RECEIVED" "$SPOOL"
start_collector 200
dead=$((PORT == 1 ? 2 : 1))
configure "Endpoint=http://127.0.0.1:$dead,http://127.0.0.1:$PORT"
write_spans 1 10
ok 'the second endpoint stands in for the first' agent_once
ok 'every span arrives' all_received 10
stop_collector

# --- a receiver that hangs while we are told to end
rm -rf "$RECEIVED"
start_collector hang
configure "Endpoint=http://127.0.0.1:$PORT" Timeout=10m
write_spans 20 1
start_agent
ok 'it waits for the receiver' until_true compgen -G "$RECEIVED/*.head"
stop_agent
is 'SIGTERM ends it all the same' $? 0
not_ok 'the span stays' delivered
stop_collector

# --- partial success
rm -rf "$RECEIVED"
start_collector '200 partial=1 message=too old' 200
configure "Endpoint=http://127.0.0.1:$PORT"
: >"$LOG"
not_ok 'a partial success is not all' agent_once
ok 'it is never sent again' delivered
like 'it is counted' "$(<"$LOG")" '0 spans delivered, 1 rejected by receivers'
is 'one request' "$(requests)" 1
done_testing
