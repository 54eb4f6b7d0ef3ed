#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A spool that was written by another version, or that a disk has damaged: what
# is whole is delivered, what is not is counted, and the agent ends as always.
. "$(dirname "$0")/lib.sh"

stat_of() { # NAME
  "$SPOOL_TOOL" stats "$SPOOL" | sed -n "s/^$1 //p"
}

# The first and the last of each three spans from FIRST on.
outer_two() { # FIRST COUNT
  local i
  for ((i = $1; i < $1 + 3 * $2; i += 3)); do
    printf '%d\n%d\n' $i $((i + 2))
  done
}

clear_all() {
  rm -rf "$SPOOL" "$RECEIVED"
  mkdir -p "$RECEIVED"
}

start_collector 200
configure "Endpoint=http://127.0.0.1:$PORT"

# --- every bit of a record
read -r threes bytes < <("$SPOOL_TOOL" flips "$SPOOL" 1)
ok 'hundreds of flipped bits' test "$threes" -gt 500
ok 'the agent ends well on them' agent_once
is 'every span beside a flipped bit arrives, and none that has one' \
  "$(received)" "$(outer_two 1 "$threes" | sort -n)"
is 'the bytes of all others are counted' "$(stat_of torn_bytes)" "$bytes"
is 'each once' "$(stat_of torn_runs)" "$threes"
ok 'nothing is left' delivered

# --- every length that a record can be cut at
clear_all
read -r threes bytes < <("$SPOOL_TOOL" cuts "$SPOOL" 1)
ok 'the agent ends well on records cut short' agent_once
is 'every span beside them arrives' "$(received)" "$(outer_two 1 "$threes" | sort -n)"
is 'their bytes are counted' "$(stat_of torn_bytes)" "$bytes"
ok 'nothing is left' delivered

# --- many files, each cut somewhere
clear_all
write_spans 1 8
cp "$SPOOL/current" "$WORK/eight"
size=$(stat -c %s "$WORK/eight")
for ((i = 0; i < 40; i++)); do
  name=$(printf 'segment.%020d' $((i + 1)))
  head -c $((size * (i + 1) / 41)) "$WORK/eight" >"$SPOOL/$name"
  chmod 600 "$SPOOL/$name"
done
ok 'the agent ends well on 40 files cut anywhere' agent_once
is 'and delivers each span that is whole somewhere' "$(received)" "$(seq 8)"
isnt 'what was cut is counted' "$(stat_of torn_runs)" 0
ok 'nothing is left' delivered

# --- records of another version
clear_all
: >"$LOG"
write_spans 1 2
"$SPOOL_TOOL" version "$SPOOL" 2 100 3
write_spans 3 1
"$SPOOL_TOOL" version "$SPOOL" 0 200 1
"$SPOOL_TOOL" version "$SPOOL" 255 300 1
write_spans 4 1
record=$((($(stat -c %s "$SPOOL/current")) / 9))
ok 'the agent ends well on records of other versions' agent_once
is 'it delivers those of its own' "$(received)" "$(seq 4)"
is 'and counts the others' "$(stat_of torn_bytes):$(stat_of torn_runs)" "$((5 * record)):2"
ok 'nothing is left' delivered

# --- a spool of nothing else
clear_all
"$SPOOL_TOOL" version "$SPOOL" 2 1 10
ok 'the agent ends well where no record is of its version' agent_once
is 'nothing is sent' "$(requests)" 0
is 'all is counted' "$(stat_of torn_bytes)" $((10 * record))
ok 'nothing is left' delivered

# --- records of kinds that are yet to be made
clear_all
: >"$LOG"
write_spans 1 1
for kind in 3 77 255; do "$SPOOL_TOOL" raw "$SPOOL" $kind 'of a later version'; done
write_spans 2 1
agent_once
is 'an agent that met unknown kinds says so as it ends' $? 1
is 'the spans arrive' "$(received)" "$(seq 2)"
like 'the log says what became of the others' "$(<"$LOG")" 'kind 3, .*skipped and counted'
like 'and how many' "$(<"$LOG")" '3 records of unknown kind'
is 'they were whole' "$(stat_of torn_bytes)" 0
ok 'nothing is left' delivered

# --- the files beside the records
clear_all
write_spans 1 5
printf '\377\0garbage' >"$SPOOL/cursor"
printf "OTLD\1%0.64d" 7 >"$SPOOL/dropped"
chmod 600 "$SPOOL/cursor" "$SPOOL/dropped"
ok 'the agent ends well on a damaged cursor and damaged counters' agent_once
is 'every span arrives' "$(received)" "$(seq 5)"
is 'the counters begin anew' "$(stat_of dropped_records):$(stat_of torn_bytes)" 0:0
ok 'nothing is left' delivered
done_testing
