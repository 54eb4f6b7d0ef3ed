#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Requests for a job's comment reach the helper, whatever the receivers do.
. "$(dirname "$0")/lib.sh"

CONTEXT=00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01
HELPER=$WORK/helper
CALLS=$WORK/calls
cat >"$HELPER" <<EOF
#!/bin/bash
echo "\$*" >>"$CALLS"
(cd /proc/\$\$/fd && echo *) >"$WORK/descriptors"
[[ ! -e $WORK/fail ]] || { echo "job is unknown" >&2; exit 1; }
if [[ -e $WORK/later ]]; then rm "$WORK/later"; echo "not now" >&2; exit 75; fi
if [[ -e $WORK/slow ]]; then sleep 1000 & echo \$! >"$WORK/child"; wait; fi
exit 0
EOF
chmod +x "$HELPER"
: >"$CALLS"

comment() { # JOB
  "$SPOOL_TOOL" comment "$SPOOL" "$1" "$CONTEXT\\nc1\\n0\\n"
}
calls() { # how many for JOB
  grep -c -- "--job $1 " "$CALLS"
}
called() { # JOB TIMES
  [[ $(calls "$1") -ge $2 ]]
}

# --- once
configure "Endpoint=file:$WORK/out.jsonl" 'TraceURL=http://t/{trace_id}'
comment 41
ok 'a comment alone' agent_once --comment-helper "$HELPER"
is 'the helper is called as agreed' "$(<"$CALLS")" \
  "--job 41 --context $CONTEXT --cluster c1 --field AdminComment --url http://t/{trace_id}"
ok 'the spool is empty' delivered
is 'it inherits its streams and no more (255 is bash itself)' \
  "$(sed 's/ 255$//' "$WORK/descriptors")" '0 1 2'
touch "$WORK/fail"
comment 42
: >"$LOG"
not_ok 'a comment that can not be set' agent_once --comment-helper "$HELPER"
like 'the log says which and why' "$(<"$LOG")" 'job 42: .*job is unknown'
rm "$WORK/fail"
comment 43
not_ok 'a helper that is not there' agent_once --comment-helper "$WORK/none"
configure "Endpoint=file:$WORK/out.jsonl" JobComment=none
comment 44
ok 'JobComment=none' agent_once --comment-helper "$HELPER"
is 'calls nobody' "$(calls 44)" 0
"$SPOOL_TOOL" comment "$SPOOL" 45 malformed
configure "Endpoint=file:$WORK/out.jsonl"
not_ok 'a malformed request' agent_once --comment-helper "$HELPER"
ok 'does not stay' delivered

# --- a running agent, and no receiver
start_collector 200
stop_collector
configure "Endpoint=http://127.0.0.1:$PORT"
write_spans 1 2000
: >"$LOG"
start_agent --comment-helper "$HELPER"
ok 'the receiver is away' until_true grep -q 'does not take spans' "$LOG"
comment 50
ok 'spans do not hold up a comment' until_true called 50 1
touch "$WORK/later"
comment 51
ok 'one that could not be set is tried again' until_true called 51 2
touch "$WORK/slow"
comment 52
ok 'a helper hangs' until_true called 52 1
start_collector --port "$PORT" 200
ok 'a comment does not hold up spans' until_true all_received 2000
stop_agent
is 'the agent ends and takes the helper along' $? 0
ok 'and the children of the helper' until_true eval '! kill -0 "$(<"$WORK/child")"'
is 'each comment was set once, though read again and again' "$(calls 50):$(calls 51)" 1:2
done_testing
