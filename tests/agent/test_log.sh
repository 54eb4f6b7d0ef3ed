#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the agent says: as text and as JSON, to whom, and about which span.
. "$(dirname "$0")/lib.sh"

TRACE=$(printf 'slurm-otel test\0' | od -An -tx1 | tr -d ' \n')
SPAN=$(printf '%016x' 5000)

daemon_pid() { cat "$SPOOL/agent.pid"; }
# End a daemon that is not our child.
end_daemon() {
  AGENT_PID=$(daemon_pid)
  kill -TERM "$AGENT_PID"
  until_true eval '! kill -0 "$AGENT_PID"'
  AGENT_PID=
}

# --- a span that is refused is named
start_collector --poison poison 200
configure "Endpoint=http://127.0.0.1:$PORT" ServiceName=hpc
write_spans 1 20
write_spans 5000 1 poison
not_ok 'a poisoned span' agent_once --log-file "$WORK/text.log"
like 'is named in the text' "$(grep 'refuses spans for good' "$LOG")" \
  "^slurm-otel-agent: error: .* trace_id=$TRACE span_id=$SPAN\$"
like 'in the file too, with a time' "$(grep 'refuses spans' "$WORK/text.log")" \
  "^20[0-9-]+T[0-9:]+\\.[0-9]{3}Z slurm-otel-agent\\[[0-9]+\\] error: .* span_id=$SPAN\$"

configure "Endpoint=http://127.0.0.1:$PORT" ServiceName=hpc LogFormat=json
write_spans 5000 1 poison
: >"$LOG"
not_ok 'the same with LogFormat=json' agent_once --log-file "$WORK/json.log"
ok 'every line is a JSON object' jq -e . "$LOG"
is 'the file has the same lines' "$(<"$WORK/json.log")" "$(<"$LOG")"
is 'the span is named there' \
  "$(jq -r 'select(.body | test("refuses")) | [.severity_text, .trace_id, .span_id, .["service.name"], .spool] | join(" ")' "$LOG")" \
  "ERROR $TRACE $SPAN hpc $SPOOL"
is 'what is not about a span has none' \
  "$(jq -r 'select(.body | test("^reads")) | "\(.severity_text) \(.trace_id)"' "$LOG")" 'INFO null'

# --- a job's comment
printf '#!/bin/sh\necho "no such job" >&2\nexit 1\n' >"$WORK/helper"
chmod +x "$WORK/helper"
"$SPOOL_TOOL" comment "$SPOOL" 42 "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01\\nc1\\n0\\n"
: >"$LOG"
not_ok 'a comment that can not be set' agent_once --comment-helper "$WORK/helper"
is 'names its trace' "$(jq -r 'select(.body | test("job 42")) | .trace_id' "$LOG")" \
  4bf92f3577b34da6a3ce929d0e0e4736

# --- a receiver can not write lines of its own into the log
stop_collector
start_collector $'401 message=no\nslurm-otel-agent: info: all is well "}'
configure "Endpoint=http://127.0.0.1:$PORT" LogFormat=json
write_spans 30 1
: >"$LOG"
not_ok 'a malicious answer' agent_once
ok 'stays inside its line' jq -e . "$LOG"

# --- a daemon where there is no system log
if [[ -e /dev/log ]]; then
  skip 'a daemon without a system log' 'this machine has one'
else
  configure "Endpoint=file:$WORK/out.jsonl" NoSuchKey=1
  not_ok 'a daemon that can not start' "$AGENT" --spool "$SPOOL" --config "$CONF"
  like 'says why in agent.log' "$(<"$SPOOL/agent.log")" 'error: .*NoSuchKey'
  configure "Endpoint=file:$WORK/out.jsonl" LogFormat=json
  ok 'one that can' "$AGENT" --spool "$SPOOL" --config "$CONF"
  ok 'says so there, too' until_true grep -q '"body":"reads ' "$SPOOL/agent.log"
  is 'and it is its own alone' "$(stat -c %a "$SPOOL/agent.log")" 600
  end_daemon
  rm -f "$SPOOL/agent.log"
  ok 'with --log-file' "$AGENT" --spool "$SPOOL" --config "$CONF" --log-file "$WORK/d.log"
  ok 'it logs there' until_true grep -q '"body":"reads ' "$WORK/d.log"
  end_daemon
  ok 'and not in the spool' test ! -e "$SPOOL/agent.log"
fi
done_testing
