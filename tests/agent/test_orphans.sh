#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Steps that were killed: the agent closes what they left in open/, each once,
# and lets alone what is alive.
. "$(dirname "$0")/lib.sh"

SPOOLS=$WORK/spools
SPOOL=$SPOOLS/slurmd
OPEN=$SPOOL/open
START=1700000000
TOOL=${SLURM_OTEL:-$PWD/slurm-otel}
command -v jq >/dev/null || skip_all 'no jq'
mkdir "$SPOOLS"
declare -A STEP_PID=()

end_steps() {
  local number
  for number in "${!STEP_PID[@]}"; do
    kill -KILL "${STEP_PID[$number]}" 2>/dev/null
  done
  cleanup
}
trap end_steps EXIT

status() { # FILTER, below the spool
  "$TOOL" status --config "$CONF" --json | jq -r ".spools[0] | $1"
}

leave() { # FIRST COUNT [BOOT-ID]: steps that were killed
  "$SPOOL_TOOL" open "$SPOOL" "$@"
}

begin() { # NUMBER: a step that runs
  "$SPOOL_TOOL" hold "$SPOOL" "$1" >"$WORK/held.$1" &
  STEP_PID[$1]=$!
  disown $!
  until_true grep -q held "$WORK/held.$1"
}

step_is_gone() { # NUMBER
  ! kill -0 "${STEP_PID[$1]}" 2>/dev/null
}

end() { # NUMBER: as a step ends
  kill -TERM "${STEP_PID[$1]}"
  until_true step_is_gone "$1"
}

lost() { # NUMBER: "start end code error.type message", a line each time
  local files
  files=$(compgen -G "$RECEIVED/*.200.body") || return 0
  # shellcheck disable=SC2086
  "$SPOOL_TOOL" lost $files | sed -n "s/^$1 //p"
}
how() { # NUMBER: code, error.type and message
  lost "$1" | cut -d' ' -f3-
}
end_of() { # NUMBER: in seconds
  lost "$1" | cut -d' ' -f2 | sed 's/.........$//'
}
records() { # steps in open/
  find "$OPEN" -mindepth 1 ! -name '.*' -printf x | wc -c
}
no_records() {
  [[ $(records) -eq 0 ]]
}
arrived() { # NUMBER
  [[ -n $(lost "$1") ]]
}

start_collector 200
configure "SpoolDir=$SPOOLS" "Endpoint=http://127.0.0.1:$PORT" LogLevel=debug

# --- death while no agent runs
leave 1 1
touch -d @1700000100 "$OPEN/1.batch"
is 'a killed step leaves its record' "$(records)" 1
ok 'the agent closes it' agent_once
ok 'the record is gone' no_records
is 'as an error, lost' "$(how 1)" '2 lost slurmstepd was killed or crashed'
is 'that began when it began' "$(lost 1 | cut -d' ' -f1)" ${START}000000001
is 'and ended when it was last known to live' "$(end_of 1)" 1700000100
ok 'nothing stays in the spool' delivered
agent_once
is 'and it is closed once' "$(lost 1 | wc -l)" 1

# --- the cursor moved later: an agent was at work and the step lived
leave 2 1
touch -d @1700000100 "$OPEN/2.batch"
touch -d @1700000200 "$SPOOL/cursor"
agent_once
is 'it lived when an agent last did something' "$(end_of 2)" 1700000200

# --- a clock that was wrong
leave 3 1
touch -d @1600000000 "$OPEN/3.batch"
touch -d @1600000000 "$SPOOL/cursor"
agent_once
is 'no end lies before the start' "$(end_of 3)" $START
leave 4 1
touch -d @4000000000 "$OPEN/4.batch"
agent_once
ok 'none in the future' test "$(end_of 4)" -le "$(date +%s)"

# --- another boot
booted=$(($(date +%s) - $(cut -d. -f1 /proc/uptime)))
leave 5 1 00112233445566778899aabbccddeeff
touch -d @1600000000 "$SPOOL/cursor"
leave 6 1 00112233445566778899aabbccddeeff
touch -d @4000000000 "$OPEN/6.batch"
agent_once
is 'after a reboot it says so' "$(how 5)" '2 lost the node went down'
is 'with the last known time' "$(end_of 5)" 1700000500
ok 'never after this boot' test "$(end_of 6)" -le $((booted + 2))

# --- steps that live
begin 10
begin 11
agent_once
is 'a step that runs is let alone' "$(records)" 2
is 'nothing is sent of it' "$(how 10)" ''

# --- death while the agent watches
start_agent
ok 'the agent runs' until_true grep -q 'reads .*, sends to' "$LOG"
touch -d @1700000100 "$OPEN/11.batch"
before=$(date +%s)
kill -KILL "${STEP_PID[11]}"
ok 'a step that is killed is closed' until_true arrived 11
is 'as lost' "$(how 11)" '2 lost slurmstepd was killed or crashed'
ok 'at the time of its death' test "$(end_of 11)" -ge "$before"
is 'the other runs on' "$(records)" 1
end 10
ok 'that one ends as it should' no_records
begin 12
end 12
# another death proves that the agent had its chance to look
begin 13
kill -KILL "${STEP_PID[13]}"
ok 'the next death is closed too' until_true arrived 13
is 'nothing is said of steps that ended' "$(how 10)$(how 12)" ''
is 'each death is closed once' "$(lost 11 | wc -l):$(lost 13 | wc -l)" 1:1
stop_agent
is 'it ends' $? 0

# --- a receiver that is down does not keep a death from being seen
stop_collector
sed -i 's/^Retry\(.*\)=.*/Retry\1=10m/' "$CONF"
begin 14
start_agent
write_spans 100 1
ok 'the receiver is down' until_true grep -q 'does not take spans' "$LOG"
before=$(date +%s)
kill -KILL "${STEP_PID[14]}"
ok 'the step is closed all the same' until_true no_records
start_collector --port "$PORT" 200
kill -HUP "$AGENT_PID" # no pause for endpoints that were read again
ok 'and arrives when the receiver is back' until_true arrived 14
ok 'with the time of its death' test "$(end_of 14)" -ge "$before"
stop_agent
configure "SpoolDir=$SPOOLS" "Endpoint=http://127.0.0.1:$PORT" LogLevel=debug

# --- SIGHUP
begin 15
start_agent
kill -HUP "$AGENT_PID"
ok 'SIGHUP has it look' until_true grep -q 'was read again' "$LOG"
is 'and a step that runs is let alone' "$(records)" 1
end 15
stop_agent

# --- AttributeDeny, limits
configure "SpoolDir=$SPOOLS" "Endpoint=http://127.0.0.1:$PORT" AttributeDeny=error.type
leave 20 1
agent_once
is 'AttributeDeny holds' "$(how 20)" '2 - slurmstepd was killed or crashed'
configure "SpoolDir=$SPOOLS" "Endpoint=http://127.0.0.1:$PORT" LogLevel=debug

# --- what is no record
: >"$LOG"
: >"$OPEN/empty"
head -c 100000 /dev/urandom >"$OPEN/noise"
head -c 3000000 /dev/zero >"$OPEN/zeros"
leave 30 4
truncate -s -1 "$OPEN/30.batch"
printf x >>"$OPEN/31.batch"
printf x | dd of="$OPEN/32.batch" bs=1 seek=60 conv=notrunc status=none
ln "$OPEN/33.batch" "$WORK/second"
echo secret >"$WORK/victim"
ln -s "$WORK/victim" "$OPEN/link"
ln -s /nonexistent "$OPEN/broken"
mkfifo "$OPEN/fifo" "$OPEN/.free.3"
mkdir "$OPEN/directory"
cp "$SPOOL/cursor" "$OPEN/cursor"
cp "$OPEN/32.batch" "$OPEN/%s%n%s"
strange=$(($(records) + 1)) # the hidden one too
leave 34 1
ok 'with all sorts of things in open/ the agent works' agent_once
ok 'they are removed' no_records
is 'the record among them is closed' "$(how 34)" '2 lost slurmstepd was killed or crashed'
is 'none of the others' "$(how 3[0-3])" ''
is 'what a link led to is untouched' "$(<"$WORK/victim")" secret
is 'and it is said once' "$(grep -c 'more are only counted' "$LOG")" 1
is 'and counted' "$(status .agent.orphans_damaged)" "$strange"
mkdir -p "$OPEN/full/directory"
leave 35 1
ok 'what can not be removed is no obstacle' agent_once
is 'the record beside it is closed' "$(how 35 | wc -l)" 1
like 'and it is said' "$(<"$LOG")" 'remove a record in open: '
rm -r "$OPEN/full"

# --- a writer that died in the middle
leave 36 2
mv "$OPEN/36.batch" "$OPEN/.36.batch"
mv "$OPEN/37.batch" "$OPEN/.37.batch"
touch -d '10 minutes ago' "$OPEN/.37.batch"
agent_once
ok 'a name that may yet become a record stays' test -e "$OPEN/.36.batch"
ok 'one from long ago does not' test ! -e "$OPEN/.37.batch"
is 'neither is closed' "$(how 3[67])" ''
rm "$OPEN/.36.batch"

# --- open/ itself
mv "$OPEN" "$WORK/elsewhere"
ln -s "$WORK/elsewhere" "$OPEN"
: >"$LOG"
write_spans 40 1
ok 'without a proper open/ the agent works' agent_once
like 'and says so' "$(<"$LOG")" 'open in the spool is a symbolic link'
ok 'spans are delivered' arrived 40
rm "$OPEN"
leave 41 1
mv "$OPEN" "$WORK/elsewhere.41"
ok 'a missing one' agent_once
is 'is made' "$(stat -c %a "$OPEN")" 700
mv "$WORK/elsewhere.41/41.batch" "$OPEN"
agent_once
is 'and used' "$(how 41 | wc -l)" 1

# --- the agent is killed between the span and the record
leave 50 1
cp -p "$OPEN/50.batch" "$WORK/50.batch"
agent_once
cp -p "$WORK/50.batch" "$OPEN"
agent_once
is 'then it is the same span twice' "$(lost 50 | cut -d' ' -f1,3- | uniq | wc -l):$(lost 50 | wc -l)" 1:2

# --- thousands, and an agent that is killed over them again and again
stop_collector
rm -rf "$RECEIVED"
start_collector 200
configure "SpoolDir=$SPOOLS" "Endpoint=http://127.0.0.1:$PORT" MaxExportBatchSize=50
leave 1000 3000
begin 9000
for ((i = 0; i < 5; i++)); do
  start_agent
  until_true eval "[[ \$(records) -lt $((3001 - i * 500)) ]]"
  kill -KILL "$AGENT_PID"
  wait "$AGENT_PID" 2>/dev/null
  rm -f "$SPOOL/agent.pid"
done
AGENT_PID=
ok 'thousands of records are closed' agent_once
is 'every one' "$(received | wc -l)" 3000
is 'but the one that lives' "$(records)" 1
repeats=$(($("$SPOOL_TOOL" ids "$RECEIVED"/*.200.body | wc -l) - 3000))
# a batch whose answer was not read yet, and a record not removed yet
ok "a kill repeats what is under way: $repeats spans" test "$repeats" -le $((5 * 51))
end 9000
done_testing
