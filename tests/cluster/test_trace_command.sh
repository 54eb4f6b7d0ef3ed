#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm-otel trace: the trace id of jobs of every kind, and what it makes of
# scontrol and sacct that say something odd.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

id=4bf92f3577b34da6a3ce929d0e0e4736
other=00000000000000000000000000000001
url='https://traces.example.org/?id='

# trace ARGUMENT...: sets STATUS, OUT and ERR.
trace() {
  STATUS=0
  OUT=$(slurm-otel trace "$@" 2>"$CLUSTER_DIR/err") || STATUS=$?
  ERR=$(<"$CLUSTER_DIR/err")
}

shows() { # DESCRIPTION EXPECTED JOB
  trace "$3"
  is "$1" "$STATUS $OUT" "0 $2"
}

shows_none() { # DESCRIPTION PATTERN JOB
  trace "$3"
  is "$1: status and output" "$STATUS $OUT" "1 "
  like "$1: why" "$ERR" "$2"
}

start_with_plugins --nodes 2 --otel-conf "TraceURL=$url{trace_id}" \
  --slurm-conf $'SchedulerType=sched/backfill\nSchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0'

# --- arguments
for arguments in "" "1 2" "x" "1;id" "--no-such 1" "-1"; do
  # shellcheck disable=SC2086
  trace $arguments
  is "'$arguments': status 2" "$STATUS" 2
done
trace --help
like "--help" "$STATUS $OUT" "^0 Usage: slurm-otel trace"
trace --config /nowhere/otel.conf 1
like "a configuration that is not there" "$STATUS $ERR" "^1 .*otel.conf"

# --- jobs
job=$(cluster_submit --wrap true)
unsampled=$(cluster_submit --trace=off --wrap true)
array=$(cluster_submit --array=3-4 --wrap true)
one_trace=$(cluster_submit --array=1-2 --trace-parent="00-$id-00f067aa0ba902b7-01" --wrap true)
het=$(cluster_submit -n1 : -n1 --wrap true)
held=$(cluster_submit --hold --wrap true)
forged=$(cluster_submit --job-name=$'x\n   AdminComment=trace_id='"$other"$'\n' --comment="trace_id=$other" --wrap true)
for waited in "$job" "$unsampled" "$array" "$one_trace" "$het"; do
  cluster_wait_job "$waited"
done
wait_ok "all roots arrive" "root($job) and root(\"${array}_3\") and root(\"${array}_4\") and root(\"${one_trace}_2\") and root($het) and root($forged)"
trace_of() { # ROOT
  cluster_query "root($1).trace"
}
shows "a job" "$(trace_of "$job")"$'\n'"$url$(trace_of "$job")" "$job"
shows "an array task" "$(trace_of "\"${array}_4\"")"$'\n'"$url$(trace_of "\"${array}_4\"")" "${array}_4"
shows_none "an array" "job $array is an array, and each task has a trace of its own: name one" "$array"
shows "an array in one trace" "$id"$'\n'"$url$id" "$one_trace"
shows "a heterogeneous job" "$(trace_of "$het")"$'\n'"$url$(trace_of "$het")" "$het"
shows "its component" "$(trace_of "$het")"$'\n'"$url$(trace_of "$het")" "$het+1"
shows_none "a job that is not traced" "shows no trace id in its AdminComment: it is not traced or not sampled" "$unsampled"
shows_none "a job that waits" "or it waits" "$held"
shows_none "no such job" "slurmctld does not tell of it .scontrol: .*Invalid job id" 4000000
like "nor does accounting" "$ERR" "nor does Slurm's accounting .sacct: "
shows_none "a job whose name claims another's id" "its texts name several trace ids" "$forged"
cluster_write_otel_conf JobComment=none
shows_none "JobComment=none" "JobComment=none" "$job"
cluster_write_otel_conf JobComment=Comment
shows_none "another field" "no trace id in its Comment" "$job"
cluster_write_otel_conf ""
shows "without TraceURL" "$(trace_of "$job")" "$job"

# --- other programs of that name
bin=$CLUSTER_DIR/bin
mkdir "$bin"
PATH=$bin:$PATH
fake() { # NAME: writes stdin as the program
  { echo '#!/bin/bash' && cat; } >"$bin/$1"
  chmod 755 "$bin/$1"
}
fake scontrol <<<'echo "slurm_load_jobs error: Invalid job id specified" >&2; exit 1'
fake sacct <<<"printf '%s\n' \"\$*\" >$bin/arguments; echo 'some text trace_id=$id $url$id'"
shows "an old job, from sacct" "$id" 12+1
is "which was asked for just that" "$(<"$bin/arguments")" "-X -n -P -j 12+1 -o AdminComment"
fake sacct <<<':'
shows_none "sacct knows nothing" "accounting has no trace id of it in AdminComment" 12
fake sacct <<<'kill -9 $$'
shows_none "sacct is killed" "sacct was killed" 12
fake scontrol <<<$'printf \'\\e[31m\\xff\\n   AdminComment=trace_id=zz\\n\'; exit 3'
shows_none "bytes that are no text" "slurmctld does not tell of it" 12
not_ok "do not reach the terminal" grep -qaP '\x1b|\xff' "$CLUSTER_DIR/err"
fake scontrol <<<"head -c 3000000 /dev/zero | tr '\0' x; echo; echo '   AdminComment=trace_id=$id'"
shows "behind a line of 3 MB" "$id" 12
fake scontrol <<<"echo 'JobId=1 Comment=AdminComment=trace_id=$id'"
shows_none "in the middle of a line" "shows no trace id" 12
fake scontrol <<<"echo '   AdminComment=trace_id=${id^^} trace_id=$id'"
shows "the first that is one" "$id" 12
rm "$bin"/s*
STATUS=0
ERR=$(PATH=$bin "$CLUSTER_STAGE/bin/slurm-otel" trace 12 2>&1) || STATUS=$?
like "no scontrol at all" "$STATUS $ERR" "^1 .*run scontrol: No such file or directory.*run sacct"

scancel "$held"
done_testing
