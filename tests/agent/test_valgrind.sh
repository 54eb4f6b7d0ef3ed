#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# No leak and no error over a start-export-stop cycle, with every verdict on
# the way.
. "$(dirname "$0")/lib.sh"

command -v valgrind >/dev/null || skip_all 'no valgrind'
grep -q __asan_init "$AGENT" && skip_all 'built with sanitizers'

# shellcheck disable=SC2054 # one option
GRIND=(valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect,possible
  --errors-for-leak-kinds=definite,indirect,possible --error-exitcode=99 --track-fds=yes)

start_collector '503 retry-after=0' drop '400 message=bad' 200 \
  '200 partial=1 message=old' '401' 200
configure "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=50 Compression=gzip
write_spans 1 300
"$SPOOL_TOOL" comment "$SPOOL" 7 '00-x\nc1\n0\n'
"${GRIND[@]}" "$AGENT" --spool "$SPOOL" --config "$CONF" --foreground \
  --comment-helper /bin/true 2>"$WORK/valgrind.log" &
AGENT_PID=$!
ok 'everything is settled' until_true delivered
until_true test -s "$SPOOL/agent.pid"
kill -HUP "$AGENT_PID"
until_true grep -q 'read again' "$WORK/valgrind.log"
kill -TERM "$AGENT_PID"
wait "$AGENT_PID"
is 'over HTTP: no leak, no error' $? 0
AGENT_PID=
grep '^==' "$WORK/valgrind.log" | sed 's/^/#   /'

configure "Endpoint=file:$WORK/out.jsonl"
write_spans 1 300
"${GRIND[@]}" "$AGENT" --spool "$SPOOL" --config "$CONF" --once 2>"$WORK/valgrind.log"
is 'to a file: no leak, no error' $? 0
grep '^==' "$WORK/valgrind.log" | sed 's/^/#   /'
done_testing
