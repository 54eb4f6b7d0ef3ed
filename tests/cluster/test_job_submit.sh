#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# JobSubmitPlugins=otel: every submission has its trace id while it is pending,
# with and without our plugin in the client, and the trace is the one it named.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

PARENT=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01

shown_trace() { # JOB
  cluster_job_field "$1" AdminComment | sed -n 's/.*trace_id=\([0-9a-f]\{32\}\).*/\1/p'
}

# held NAME SBATCH-OPTION...: submits a job that waits; sets job and trace.
held() {
  job=$(cluster_submit --hold --job-name="$1" "${@:2}")
  trace=$(shown_trace "$job")
}

# let_go DESCRIPTION: the job runs, and its root span is in the trace it showed.
let_go() {
  scontrol release "$job"
  ok "$1: it ends" cluster_wait_job "$job"
  wait_ok "$1: its root is there" "root($job) and step($job; \"batch\")"
  spans_is "$1: in the trace that was shown" "root($job).trace" "$trace"
  wait_ok "$1: with every span of it" "job($job) | orphans([\"00f067aa0ba902b7\"]) == [] and (traces | length) == 1"
  is "$1: and the comment is what it was" "$(shown_trace "$job")" "$trace"
}

# The client plugin is away: what slurmrestd, the C API and login nodes without
# it look like to slurmctld.  The nodes keep theirs.
start_with_plugins --nodes 2 --slurm-conf JobSubmitPlugins=otel \
  --slurm-conf SchedulerType=sched/backfill
cp "$CLUSTER_DIR/plugstack.conf" "$CLUSTER_DIR/plugstack.with"

: >"$CLUSTER_DIR/plugstack.conf"
held plain --wrap 'srun true; echo parent=$TRACEPARENT'
like "no client plugin: shown while pending" "$trace" '^[0-9a-f]{32}$'
cp "$CLUSTER_DIR/plugstack.with" "$CLUSTER_DIR/plugstack.conf"
let_go "no client plugin"
like "the batch step's TRACEPARENT is in it" "$(cluster_job_output "$job")" "parent=00-$trace-"
wait_ok "its steps too" "steps($job) == [\"0\",\"batch\"]"

: >"$CLUSTER_DIR/plugstack.conf"
TRACEPARENT=$PARENT held given --wrap 'srun true'
cp "$CLUSTER_DIR/plugstack.with" "$CLUSTER_DIR/plugstack.conf"
is "a TRACEPARENT of the submitter is continued" "$trace" 4bf92f3577b34da6a3ce929d0e0e4736
let_go "given context"
spans_is "below the submitter's span" "root($job).parent" 00f067aa0ba902b7

held 'with client' --export=NONE --wrap 'srun /bin/true'
like "with the client plugin: shown while pending" "$trace" '^[0-9a-f]{32}$'
let_go "client plugin"

held 'kept comment' --wrap true
scontrol update job="$job" Comment=mine AdminComment="$(cluster_job_field "$job" AdminComment) checked"
like "an update leaves it alone" "$(cluster_job_field "$job" AdminComment)" "^trace_id=$trace checked\$"
let_go "updated"

# --- the other clients
: >"$CLUSTER_DIR/plugstack.conf"
pending() { # NAME
  job=$(squeue -h -n "$1" -o %i) && [[ -n $job ]]
}
for client in srun salloc; do
  name=by-$client
  command=(true)
  [[ $client != salloc ]] || command=(srun true)
  scontrol update PartitionName=main State=DOWN >/dev/null
  $client --job-name="$name" -N1 "${command[@]}" &>"$CLUSTER_DIR/client.out" &
  cluster_until 20 pending "$name"
  trace=$(shown_trace "$job")
  like "$client: shown while pending" "$trace" '^[0-9a-f]{32}$'
  cp "$CLUSTER_DIR/plugstack.with" "$CLUSTER_DIR/plugstack.conf"
  scontrol update PartitionName=main State=UP >/dev/null
  status=0
  wait $! || status=$?
  is "$client: runs" "$status" 0
  wait_ok "$client: its root is in that trace" "root($job).trace == \"$trace\""
  : >"$CLUSTER_DIR/plugstack.conf"
done

# --- the C API
gcc -I"$CLUSTER_TOP/common" -I"$CLUSTER_TOP/tests" -o "$CLUSTER_DIR/bench_submit" "$CLUSTER_TOP/bench/bench_submit.c" -lslurm
read -r job _ < <(echo | TRACEPARENT=$PARENT "$CLUSTER_DIR/bench_submit")
trace=$(shown_trace "$job")
is "C API: shown while pending, in the trace it was given" "$trace" 4bf92f3577b34da6a3ce929d0e0e4736
cp "$CLUSTER_DIR/plugstack.with" "$CLUSTER_DIR/plugstack.conf"
let_go "C API"
: >"$CLUSTER_DIR/plugstack.conf"

# --- several at once
job=$(cluster_submit --hold --array=1-2 --wrap 'srun true')
is "an array shows no id that its tasks do not have" "$(shown_trace "$job")" ""
cp "$CLUSTER_DIR/plugstack.with" "$CLUSTER_DIR/plugstack.conf"
scontrol release "$job"
ok "array: it ends" cluster_wait_job "$job"
wait_ok "array: two roots, two traces" \
  'map(select(.name == "slurm.job" and (.attrs["slurm.array.job_id"] | tostring) == "'"$job"'")) | [length, (traces | length)] == [2, 2]'

: >"$CLUSTER_DIR/plugstack.conf"
job=$(cluster_submit --hold -N1 : -N1 --wrap true)
is "components of a heterogeneous job are one trace" \
  "$(scontrol show job "$job" | grep -o 'trace_id=[0-9a-f]*' | sort -u | wc -l)" 1
scancel "$job"

cluster_wait_job "$job"
cluster_wait_drained
before=$(cluster_query length)
ok "--test-only is answered" sbatch --test-only --wrap true
cluster_wait_drained
is "and leaves nothing" "$(cluster_query length)" "$before"

# --- without PrologFlags=Alloc no node would hear that a rule decided on srun's job
cp "$CLUSTER_DIR/otel.conf" "$CLUSTER_DIR/otel.conf.without"
cluster_write_otel_conf 'SampleRule=name=quiet sample=0'
cp "$CLUSTER_DIR/plugstack.with" "$CLUSTER_DIR/plugstack.conf"
# shellcheck disable=SC2016 # the task's own variable
job=$(srun -N1 --job-name=quiet sh -c 'echo $SLURM_JOB_ID')
batch=$(cluster_submit --job-name=quiet --wrap 'srun true')
wait_ok "no PrologFlags=Alloc: srun's job is traced whole, whatever a rule says" "root($job) and step($job; 0)"
ok "and slurmctld said so" grep -q 'no PrologFlags=Alloc' "$CLUSTER_DIR/log/slurmctld.log"
ok "a batch job ends" cluster_wait_job "$batch"
ok "all is delivered" cluster_wait_drained
spans_is "and a rule holds for it on both sides" "job($batch)" "[]"
mv "$CLUSTER_DIR/otel.conf.without" "$CLUSTER_DIR/otel.conf"

# --- hostile
job=$(env -i PATH="$PATH" SLURM_CONF="$SLURM_CONF" TRACEPARENT="$(printf '00-\001\377%%n%%s')" BAGGAGE="$(head -c 60000 /dev/zero | tr '\0' ';')" \
  SPANK_OTEL_CONTEXT=x SLURM_SPANK_OTEL_CONTEXT=y sbatch --parsable --output=/dev/null --hold --wrap true)
like "hostile values: a trace of its own" "$(shown_trace "$job")" '^[0-9a-f]{32}$'
scontrol release "$job"
ok "hostile values: the job ends" cluster_wait_job "$job"

printf 'Sampler=nonsense\n' >>"$CLUSTER_DIR/otel.conf"
job=$(cluster_submit --hold --wrap true)
is "a broken otel.conf: no id" "$(shown_trace "$job")" ""
ok "and slurmctld's log says why" grep -q 'submissions get no context.*Sampler' "$CLUSTER_DIR/log/slurmctld.log"
scontrol release "$job"
ok "but the job runs" cluster_wait_job "$job"
done_testing
