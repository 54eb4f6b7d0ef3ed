#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The real logrotate, with the configuration that is installed, rotates the file
# of a file: endpoint again and again while an agent writes to it.
. "$(dirname "$0")/lib.sh"

CONFIGURATION=$HERE/../../etc/slurm-otel.logrotate
ROUNDS=25
SPANS=40 # a round

logrotate=$(PATH=$PATH:/usr/sbin command -v logrotate) || skip_all 'no logrotate'

# all_spans: of the file and of those that were set aside, packed or not.
all_spans() {
  find "$WORK/log" -name 'traces.jsonl*' -exec zcat -f {} + | jq -r '.. | .spanId? // empty'
}
counted() {
  all_spans | sort | uniq -c | awk '{ n += $1; if ($1 > 1) twice++ } END { print n + 0 ":" twice + 0 }'
}
rotate() { # [OPTION...]
  "$logrotate" --state "$WORK/state" "$@" "$WORK/logrotate.conf" 2>&1
}

mkdir "$WORK/log"
# no file goes for its age in this test, and a rotation is due at any time
sed "s|/var/log/slurm-otel|$WORK/log|; s/rotate [0-9]*/rotate 1000/; s/weekly/size 1/" \
  "$CONFIGURATION" >"$WORK/logrotate.conf"
chmod 644 "$WORK/logrotate.conf"
is 'logrotate takes what is installed' "$("$logrotate" --debug --state "$WORK/state" "$CONFIGURATION" 2>&1 |
  grep -i error)" ''
is 'and minds no file that is not there' "$(rotate)" ''

configure "Endpoint=file:$WORK/log/traces.jsonl" MaxExportBatchSize=2 BatchTimeout=1ms
mkdir -p "$SPOOL"
start_agent
for ((n = 0; n < ROUNDS; n++)); do
  write_spans $((n * SPANS + 1)) $SPANS
  # it works while logrotate does; the last rounds overlap with the first of the next
  until_true test -s "$WORK/log/traces.jsonl"
  rotate >>"$WORK/complaints"
done
ok 'the agent goes on with the file' until_true delivered
stop_agent
is 'it ends' $? 0
is 'logrotate had no complaint' "$(<"$WORK/complaints")" ''
is 'a file a round was set aside' "$(find "$WORK/log" -name 'traces.jsonl.*' | wc -l)" $ROUNDS
is 'all but the last are packed' "$(find "$WORK/log" -name 'traces.jsonl.*.gz' | wc -l)" $((ROUNDS - 1))
is 'each span is there once, no line is torn' "$(counted)" $((ROUNDS * SPANS)):0
is 'the file is what the agent makes, not logrotate' "$(stat -c %a "$WORK/log"/traces.jsonl* | sort -u)" 640
done_testing
