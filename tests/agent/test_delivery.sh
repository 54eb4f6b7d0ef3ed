#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# From the spool to a receiver: once, as a service, as a daemon.
. "$(dirname "$0")/lib.sh"

start_collector 200
configure "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=100

# --- command line and configuration
"$AGENT" >/dev/null 2>&1
is 'without --spool: usage error' $? 64
"$AGENT" --spool relative >/dev/null 2>&1
is 'a relative spool: usage error' $? 64
ok 'help' "$AGENT" --help
like 'version' "$("$AGENT" --version)" '^slurm-otel-agent [0-9]'
echo 'NoSuchKey=1' >"$WORK/bad.conf"
"$AGENT" --spool "$SPOOL" --config "$WORK/bad.conf" --once 2>"$WORK/bad.log"
is 'a bad configuration: EX_CONFIG' $? 78
like 'it is named' "$(<"$WORK/bad.log")" 'bad.conf.*NoSuchKey'
"$AGENT" --spool "$SPOOL" --config "$WORK/none.conf" --once 2>/dev/null
is 'a configuration that is asked for and missing: EX_CONFIG' $? 78
"$AGENT" --spool "$SPOOL" --config "$WORK/bad.conf" --log-file "$WORK/bad2.log"
is 'a daemon says the same to whoever starts it' $? 78
like 'and to its log' "$(<"$WORK/bad2.log")" 'NoSuchKey'

# --- once
ok 'an empty spool is delivered' agent_once
is 'without a request' "$(requests)" 0
write_spans 1 250
ok 'a full one too' agent_once
ok 'every span arrived' all_received 250
is 'in batches of the configured size' "$(requests)" 3
ok 'and left the spool' delivered
"$SPOOL_TOOL" raw "$SPOOL" 9 future
write_spans 251 1
not_ok 'a record of an unknown kind counts as not delivered' agent_once
ok 'but holds up nothing' all_received 251
ok 'and does not stay' delivered

# --- the service
start_agent
write_spans 300 5
ok 'a running agent notices' until_true all_received 256
ok 'a second agent ends quietly' "$AGENT" --spool "$SPOOL" --config "$CONF" --foreground
is 'its pid is in the spool' "$(<"$SPOOL/agent.pid")" "$AGENT_PID"
sed -i "s|^Endpoint=.*|Endpoint=file:$WORK/out.jsonl|" "$CONF"
kill -HUP "$AGENT_PID"
until_true grep -q 'configuration was read again' "$LOG"
write_spans 400 2
ok 'SIGHUP moves it to another endpoint' until_true test -s "$WORK/out.jsonl"
echo 'NoSuchKey=1' >>"$CONF"
kill -HUP "$AGENT_PID"
ok 'SIGHUP with a bad configuration changes nothing' \
  until_true grep -q 'goes on with the configuration it had' "$LOG"
sed -i '/NoSuchKey/d' "$CONF"
write_spans 410 3
stop_agent
is 'SIGTERM ends it' $? 0
is 'and flushes what was there' "$(grep -o '"spanId"' "$WORK/out.jsonl" | wc -l)" 5
ok 'its pid is gone' test ! -e "$SPOOL/agent.pid"

# --- the daemon
exec 9<"$CONF" # a descriptor it must not keep
ok 'it daemonises' "$AGENT" --spool "$SPOOL" --config "$CONF" --log-file "$WORK/daemon.log" --cluster c7
AGENT_PID=$(<"$SPOOL/agent.pid")
exec 9<&-
is 'its directory is /' "$(readlink "/proc/$AGENT_PID/cwd")" /
is 'its session is its own' "$(($(ps -o sid= -p "$AGENT_PID")))" \
  "$(($(ps -o pgid= -p "$AGENT_PID")))"
is 'its standard streams are /dev/null' \
  "$(readlink "/proc/$AGENT_PID/fd/"{0,1,2} | sort -u)" /dev/null
not_ok 'it kept nothing it was started with' \
  grep -q "^$CONF$" <(readlink "/proc/$AGENT_PID/fd/"*)
ok 'it logs to the file' grep -q "reads $SPOOL" "$WORK/daemon.log"
like 'its log file is its own' "$(stat -c %a "$WORK/daemon.log")" '^600$'
write_spans 500 1
ok 'it delivers' until_true grep -q '"stringValue":"c7"' "$WORK/out.jsonl"
kill -TERM "$AGENT_PID"
ok 'it ends' until_true test ! -e "$SPOOL/agent.pid"
ok 'it says so' until_true grep -q 'ends: 1 spans delivered' "$WORK/daemon.log"
AGENT_PID=

# --- its directory is removed
start_agent
rm -rf "$SPOOL"
wait "$AGENT_PID"
is 'without a spool it ends' $? 0
AGENT_PID=
ok 'and says so' grep -q 'the spool directory was removed' "$LOG"

# --- a configuration that only its use shows to be wrong
echo 'authorization=secret' >"$WORK/headers"
chmod 644 "$WORK/headers"
cp "$CONF" "$CONF.good"
configure "Endpoint=http://127.0.0.1:$PORT" "HeadersFile=$WORK/headers"
: >"$LOG"
agent_once
is 'a secret that others can read: EX_CONFIG' $? 78
like 'which is said, and the secret is not' "$(<"$LOG")" 'HeadersFile .*has mode 0644'
not_ok 'not anywhere' grep -q secret "$LOG"
mv "$CONF.good" "$CONF"

# --- the cluster's name
write_spans 600 1
echo from-file >"$SPOOL/cluster"
ok 'once more' agent_once
ok 'the cluster is read from the spool' grep -q '"stringValue":"from-file"' "$WORK/out.jsonl"
ok 'the instance is spool@host' grep -q "\"stringValue\":\"spool@$(uname -n)\"" "$WORK/out.jsonl"
done_testing
