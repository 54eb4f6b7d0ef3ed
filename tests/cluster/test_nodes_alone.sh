#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Without jobcomp/otel, which not every Slurm can have: clients, job_submit/otel
# and nodes still make one trace of a job, whose steps hang together; what is
# missing is the job's own span and its queue, and nothing else.
. "$(dirname "$0")/lib/test.sh"
unset TRACEPARENT TRACESTATE BAGGAGE

given=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01

start_with_plugins --nodes 2 --slurm-conf JobSubmitPlugins=otel \
  --slurm-conf $'JobCompType=jobcomp/filetxt\nJobCompLoc=@DIR@/records' \
  --slurm-conf $'SchedulerType=sched/backfill\nSchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0'

shown_trace() { # JOB
  cluster_job_field "$1" AdminComment | sed -n 's/.*trace_id=\([0-9a-f]\{32\}\).*/\1/p'
}

# steps_arrive NAME JOB STEP...: these and no other, in one trace, below one
# span that is not told of.
steps_arrive() {
  local name=$1 job=$2 wanted
  shift 2
  wanted=$(printf '"%s"\n' "$@" | sort | paste -sd,)
  wait_ok "$name: its steps arrive" "steps($job) == [$wanted]"
  spans_is "$name: in one trace" "job($job) | traces | length" 1
  spans_is "$name: the job's own span is all that is missing" \
    "job($job) | [(named(\"slurm.job\") | length), (orphans | map(.parent) | unique | length)]" "[0,1]"
}

below_batch() { # NAME JOB STEP
  spans_ok "$1: step $3 is below the batch step" \
    "step($2; \"batch\") as \$batch | step($2; \"$3\") | is_child(\$batch)"
}

# --- submitted at once, looked at later
plain=$(cluster_submit -N2 --ntasks-per-node=2 --wrap 'echo "$TRACEPARENT"; srun -n4 true; srun -n4 sh -c "exit \$((SLURM_PROCID == 3))"; exit 0')
continued=$(TRACEPARENT=$given cluster_submit --wrap 'srun -n1 true')
array=$(cluster_submit --array=3-4 --wrap 'srun -n1 true')
het=$(cluster_submit -n1 : -n1 --wrap 'srun --het-group=0,1 true')
off=$(cluster_submit --trace=off --wrap 'srun -n1 true')
quiet=$(TRACEPARENT=${given%1}0 cluster_submit --wrap 'srun -n1 false; exit 1')
held=$(cluster_submit --hold --wrap true)
trace=$(shown_trace "$held")
like "job_submit/otel: shown while pending" "$trace" '^[0-9a-f]{32}$'
scontrol release "$held"
alone=$(srun -n1 sh -c 'echo $SLURM_JOB_ID')
salloc_job=$(salloc -N2 sh -c 'srun -N2 true; srun -n1 true; echo $SLURM_JOB_ID' 2>/dev/null)
for job in "$plain" "$continued" "$array" "$het" "$off" "$quiet" "$held"; do
  ok "job $job ends" cluster_wait_job "$job"
done

steps_arrive "a batch job" "$plain" batch 0 1
below_batch "a batch job" "$plain" 0
below_batch "a batch job" "$plain" 1
spans_is "its script finds the batch step" "step($plain; \"batch\") | \"00-\(.trace)-\(.id)\"" \
  "$(cluster_job_output "$plain" | sed -n 's/^\(00-.*\)-0[0-9a-f]$/\1/p')"
wait_ok "what failed says so, on its node" "nodes($plain; 1)[0].attrs[\"slurm.node.name\"] == \"n2\" and tasks($plain; 1)[0].attrs[\"slurm.task.rank\"] == 3"
spans_is "as an error" "tasks($plain; 1) | map([.status, .message])" '[["error","exited with status 1"]]'
spans_is "the setup phase is told once" "job($plain) | named(\"slurm.phase.setup\") | length" 1
is "its comment shows the trace" "$(shown_trace "$plain")" "$(cluster_query "step($plain; 0).trace")"

steps_arrive "a given context" "$continued" batch 0
spans_is "is continued" "step($continued; 0).trace" "${given:3:32}"
steps_arrive "a held job" "$held" batch
spans_is "is in the trace that was shown" "step($held; \"batch\").trace" "$trace"
steps_arrive "a task of an array" "\"${array}_3\"" batch 0
steps_arrive "another one" "\"${array}_4\"" batch 0
spans_ok "which has a trace of its own" "step(\"${array}_3\"; 0).trace != step(\"${array}_4\"; 0).trace"
wait_ok "a heterogeneous job: steps of both components arrive" "step($het; 0) and step($((het + 1)); 0)"
spans_is "in one trace" "job($het) + job($((het + 1))) | traces | length" 1
steps_arrive "srun" "$alone" 0
steps_arrive "salloc" "$salloc_job" 0 1

# --- a slurmstepd that is killed
lost=$(cluster_submit -N1 --wrap 'sleep 300')
record_is_there() {
  compgen -G "$CLUSTER_SPOOL/slurmd.*/open/$lost.batch*" >/dev/null
}
ok "a job runs" cluster_until 30 record_is_there
for title in /proc/[0-9]*/cmdline; do
  [[ $({ tr '\0' ' ' <"$title"; } 2>/dev/null) == "slurmstepd: [$lost.batch]"* ]] || continue
  ! cluster_owns "${title//[^0-9]/}" || kill -KILL "${title//[^0-9]/}" 2>/dev/null || true
done
wait_ok "its batch step is closed as lost" "step($lost; \"batch\").attrs[\"error.type\"] == \"lost\""
scancel "$lost" 2>/dev/null || true

# --- the end
ok "all is delivered" cluster_wait_drained
spans_is "what is not sampled is not told of" "job($off) + job($quiet) | table" "[]"
spans_is "nothing came twice" "map(.copies) | max" 1
ok "the other completion plugin had its records" grep -q "^JobId=$plain " "$CLUSTER_DIR/records"
done_testing
