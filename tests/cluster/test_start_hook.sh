#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# From Slurm 25.05 on, slurmctld tells jobcomp/otel of a job's start: its wait is
# told while it runs, and once; its comment shows the trace id at once, without
# an RPC; and what is known only at the end is told at the end.
. "$(dirname "$0")/lib/test.sh"
unset TRACEPARENT TRACESTATE BAGGAGE

# has_start_hook: what was built knows it, if Slurm does.
has_start_hook() {
  grep -qs jobcomp_p_record_job_start "$CLUSTER_STAGE/lib/slurm/jobcomp_otel.so"
}
has_start_hook || skip_all "no jobcomp/otel with a start hook is built: this Slurm has none (25.05 and later do), or its source tree is not here"

# A requeued job waits as long as credentials last, and only the backfill
# scheduler starts heterogeneous jobs.
start_with_plugins --nodes 4 --otel-conf SampleErrors=yes --slurm-conf SchedulerType=sched/backfill \
  --slurm-conf SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0 \
  --slurm-conf 'AuthInfo=socket=@DIR@/munge/socket,cred_expire=5'
wait_for_go="while ! test -e $CLUSTER_DIR/go; do sleep 0.1; done"

# phases JOB ATTEMPT: the phases of the queue, and how often each arrived.
phases() {
  echo "attempt($1; $2) | map(select(.name == \"slurm.phase.queued\" or .name == \"slurm.phase.deferred\") | [.name[12:], .copies])"
}
once='[["queued",1]]'

# --- all kinds, while they run
batch=$(cluster_submit -N2 --wrap "$wait_for_go")
again=$(cluster_submit --requeue --wrap "$wait_for_go")
array=$(cluster_submit --array=1-2 --wrap "$wait_for_go")
cluster_wait_running "$batch"
like "the comment is there when the job starts" "$(cluster_job_field "$batch" AdminComment)" '^trace_id=[0-9a-f]{32}$'
wait_ok "its wait is told while it runs" "phase($batch; \"queued\")"
is "it runs" "$(cluster_job_field "$batch" JobState)" RUNNING
spans_is "and has no root yet" "roots($batch) | length" 0
spans_is "the comment names the trace of that wait" "phase($batch; \"queued\") | \"trace_id=\(.trace)\"" \
  "$(cluster_job_field "$batch" AdminComment)"
spans_ok "it ends when the job starts" \
  "phase($batch; \"queued\") | .end >= $(date -d "$(cluster_job_field "$batch" StartTime)" +%s) * 1e9 and .end < ($(date -d "$(cluster_job_field "$batch" StartTime)" +%s) + 3) * 1e9"
cluster_wait_running "$again"
wait_ok "an array's tasks have waits of their own" \
  "named(\"slurm.phase.queued\") | map(select(.attrs[\"slurm.array.job_id\"] == \"$array\")) | length == 2 and (traces | length == 2)"

# --- the memory of slurmctld goes with a reconfigure
ok "slurmctld is reconfigured" scontrol reconfigure
ok "the job still runs" cluster_wait_running "$batch"
ok "one is requeued" scontrol requeue "$again"
wait_ok "its first attempt ends" "attempt($again; 0) | named(\"slurm.job\") | length == 1"
touch "$CLUSTER_DIR/go"
cluster_wait_job "$batch"
wait_ok "the root arrives" "root($batch)"
spans_ok "the wait is below it" "root($batch) as \$root | phase($batch; \"queued\") | is_child(\$root)"
spans_is "and was told once" "$(phases "$batch" 0)" "$once"
spans_is "that of the requeued attempt, too" "$(phases "$again" 0)" "$once"

# --- a heterogeneous job
het=$(cluster_submit -N1 : -N1 --wrap 'srun true')
cluster_wait_job "$het"
wait_ok "components have their roots" "root($het) != null and root($((het + 1))) != null"
for part in "$het" $((het + 1)); do
  spans_is "component $part waited once" "$(phases "$part" 0)" "$once"
done

# --- srun, and the name that Slurm itself gives an attempt
srun -n1 sh -c 'echo $SLURM_JOB_ID' >"$CLUSTER_DIR/srun.out"
job=$(<"$CLUSTER_DIR/srun.out")
wait_ok "srun's job has a root" "root($job)"
spans_is "and one wait" "$(phases "$job" 0)" "$once"
sluid=$(scontrol -d show job "$job" | tr ' ' '\n' | sed -n 's/^SLUID=//p')
if [[ -n $sluid ]]; then
  spans_is "every span has the SLUID that scontrol shows" "job($job) | map(.attrs[\"slurm.sluid\"]) | unique" "[\"$sluid\"]"
else
  skip "every span has the SLUID that scontrol shows" "$(scontrol --version) has none"
fi

# --- what is not known at the start
failed=$(TRACEPARENT=00-11111111111111111111111111111111-00f067aa0ba902b7-00 cluster_submit --wrap "sleep 1; exit 3")
pending=$(cluster_submit --hold --wrap true)
scancel "$pending"
cluster_wait_running "$failed"
is "no comment names a trace that may be dropped" "$(cluster_job_field "$failed" AdminComment)" ""
cluster_wait_job "$failed"
wait_ok "a failed job is told of with its wait" "root($failed)"
spans_is "which its end told" "$(phases "$failed" 0)" "$once"
wait_ok "one that never started is told of at its end" "root($pending)"
spans_is "as deferred" "$(phases "$pending" 0)" '[["deferred",1]]'

# --- the next attempt
wait_ok "the requeued job ends" "attempt($again; 1) | named(\"slurm.job\") | length == 1"
spans_is "its second wait is told once" "$(phases "$again" 1) | map(last) | unique" '[1]'
ok "nothing waits in a spool" cluster_wait_drained
spans_is "and nothing was told twice" 'map(select(.copies > 1) | caption)' '[]'

done_testing
