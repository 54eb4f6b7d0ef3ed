#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# stdout:, and file: with rotation, as an agent's endpoints.
. "$(dirname "$0")/lib.sh"

spans_in() { # FILE...
  cat "$@" 2>/dev/null | jq -r '.. | .spanId? // empty' | sort | uniq -c |
    awk '{ n += $1; if ($1 > 1) twice++ } END { print n + 0 ":" twice + 0 }'
}

# --- stdout:
configure Endpoint=stdout: MaxExportBatchSize=10
"$AGENT" --spool "$SPOOL" --config "$CONF" --log-file "$WORK/daemon.log"
is 'a daemon refuses stdout:' $? 78
like 'and says why' "$(<"$WORK/daemon.log")" 'stdout: is for an agent that runs with --foreground'
write_spans 1 95
agent_once >"$WORK/out.jsonl"
is 'an agent in the foreground writes to it' $? 0
is 'each span once, a line a batch' \
  "$(spans_in "$WORK/out.jsonl") $(wc -l <"$WORK/out.jsonl")" '95:0 10'
ok 'and the spool is empty' delivered
write_spans 100 5
: >"$LOG"
once_closed() { agent_once >&-; }
once_without_reader() {
  { until_true test -e "$WORK/gone"; agent_once; echo $? >"$WORK/status"; } |
    { exec <&-; touch "$WORK/gone"; }
  return "$(<"$WORK/status")"
}
once_to_out2() { agent_once >"$WORK/out2.jsonl"; }
not_ok 'a closed standard output is no delivery' once_closed
not_ok 'the spans stay' delivered
not_ok 'nor is a pipe without a reader' once_without_reader
not_ok 'the spans still stay' delivered
like 'the log says so' "$(<"$LOG")" 'write to standard output: Broken pipe'
ok 'they come with the next reader' once_to_out2
is 'all of them' "$(spans_in "$WORK/out2.jsonl")" 5:0

# --- rotation
mkdir "$WORK/files"
configure "Endpoint=file:$WORK/files/traces.jsonl" MaxExportBatchSize=5 \
  FileMaxSize=4KiB FileMaxCount=3
write_spans 1000 200
ok 'file: rotates' agent_once
is 'by size and count' "$(cd "$WORK/files" && echo *)" \
  'traces.jsonl traces.jsonl.1 traces.jsonl.2 traces.jsonl.3'
ok 'no file is larger' test -z "$(find "$WORK/files" -size +4096c)"
like 'what is there is there once' "$(spans_in "$WORK/files"/*)" ':0$'
like 'the newest are kept' "$(jq -r '.. | .spanId? // empty' "$WORK/files/traces.jsonl" | tail -n 1)" \
  "$(printf '%016x' 1199)"

# two agents, one file, killed again and again
rm -f "$WORK/files"/*
sed -i 's/^FileMaxCount=.*/FileMaxCount=1000/; s/^FileMaxSize=.*/FileMaxSize=1KiB/' "$CONF"
write_spans 1 300
"$SPOOL_TOOL" write "$WORK/spool2" 1001 300
for ((n = 0; n < 8; n++)); do
  "$AGENT" --spool "$SPOOL" --config "$CONF" --foreground 2>>"$LOG" &
  first=$!
  "$AGENT" --spool "$WORK/spool2" --config "$CONF" --foreground 2>>"$LOG" &
  second=$!
  sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
  kill -KILL $first $second
  wait $first $second 2>/dev/null
done
ok 'the first agent ends its work' agent_once
ok 'and the second' "$AGENT" --spool "$WORK/spool2" --config "$CONF" --once
is 'no span is lost, no line cut' \
  "$(cat "$WORK/files"/* | jq -r '.. | .spanId? // empty' | sort -u | wc -l)" 600
done_testing
