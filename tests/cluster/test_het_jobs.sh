#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Heterogeneous jobs: one trace, the components below the leader's root, each
# component's share of a step below what started the step.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

# only the backfill scheduler starts them
start_with_plugins --nodes 3 --otel-conf SampleErrors=yes --slurm-conf SchedulerType=sched/backfill \
  --slurm-conf SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0
unset TRACEPARENT TRACESTATE BAGGAGE
where='sh -c "echo \"\$SLURM_HET_GROUP_ID\$SLURM_PROCID \$TRACEPARENT\""'
given=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01

leader_is() { # NAME LEADER [PARENT]: its root and that of the next job
  local name=$1 id=$2 parent=${3:-null} next=$(($2 + 1))
  wait_ok "$name: two roots arrive" "root($id) and root($next)"
  spans_is "$name: the leader is on top" "root($id).parent" "$parent"
  spans_ok "$name: the other component is its child" "root($id) as \$root | root($next) | is_child(\$root)"
  spans_is "$name: one trace" "job($id) + job($next) | traces | length" 1
  spans_is "$name: nothing hangs in the air" "astray([\"$parent\"]) | table" "[]"
  spans_is "$name: who is which component" \
    "root($id), root($next) | .attrs | [.[\"slurm.het.job_id\", \"slurm.het.offset\", \"slurm.state\"] | tostring]" \
    "[\"$id\",\"0\",\"COMPLETED\"]"$'\n'"[\"$id\",\"1\",\"COMPLETED\"]"
  spans_is "$name: their nodes" "root($id), root($next) | .attrs[\"slurm.nnodes\"]" $'1\n2'
  spans_ok "$name: each waited in the queue by itself" \
    "root($id) as \$a | root($next) as \$b | (phase($id; \"queued\") | is_child(\$a)) and (phase($next; \"queued\") | is_child(\$b))"
  spans_is "$name: all within the job" "root($id) as \$root | job($id) + job($next) | outside(\$root) | table" "[]"
  spans_is "$name: nothing failed" "job($id) + job($next) | map(.status) | unique" '["unset"]'
}

script=$(cluster_script het <<END
#SBATCH -N1 -n1
#SBATCH hetjob
#SBATCH -N2 -n2
srun $where
srun --het-group=1 $where
srun --het-group=0,1 true
srun -n1 true : -n1 true
END
)
batch=$(cluster_submit "$script")
cluster_wait_job "$batch"
second=$((batch + 1))
wait_ok "sbatch: its steps arrive" "(steps($batch) | length) == 4 and (steps($second) | length) == 3"
leader_is sbatch "$batch"
spans_is "the leader's steps" "steps($batch)" '["0","2","3","batch"]'
spans_is "the other component's" "steps($second)" '["1","2","3"]'
spans_ok "all below the batch step" \
  "step($batch; \"batch\") as \$batch | [step($batch; 0, 2, 3), step($second; 1, 2, 3) | is_child(\$batch)] | length == 6 and all"
spans_is "the shares of one step have a span each" \
  "[step($batch; 2, 3), step($second; 2, 3)] | map(.id) | unique | length" 4
spans_is "a task of the leader finds its step" "step($batch; 0) | \"\(.trace)-\(.id)\"" \
  "$(cluster_job_output "$batch" | sed -n '1s/.* 00-\(.*\)-0.$/\1/p')"
spans_is "and so does one of the other" "step($second; 1) | \"\(.trace)-\(.id)\"" \
  "$(cluster_job_output "$batch" | sed -n '2s/.* 00-\(.*\)-0.$/\1/p')"

# --- side by side: allocated by salloc and by srun, and with a context
salloc -N1 : -N2 sh -c 'echo $SLURM_JOB_ID; srun true; srun --het-group=0,1 true' \
  >"$CLUSTER_DIR/salloc.out" 2>/dev/null
read -r job <"$CLUSTER_DIR/salloc.out"
leader_is salloc "$job"
wait_ok "salloc: its steps arrive" "steps($job) == [\"0\",\"1\"] and steps($job + 1) == [\"1\"]"
spans_ok "salloc: a step is below the root of its component" \
  "root($job) as \$a | root($job + 1) as \$b | [(step($job; 0, 1) | is_child(\$a)), (step($job + 1; 1) | is_child(\$b))] | length == 3 and all"

job=$(srun -N1 sh -c 'echo $SLURM_JOB_ID' : -N2 sh -c 'echo $SLURM_JOB_ID' 2>/dev/null | sort -u)
leader_is srun "$job"
wait_ok "srun: its step arrives" "steps($job) == [\"0\"] and steps($job + 1) == [\"0\"]"

export TRACEPARENT=$given
job=$(cluster_submit -N1 : -N2 --wrap true)
cluster_wait_job "$job"
leader_is "with a context" "$job" 00f067aa0ba902b7
spans_is "in the trace that was given" "root($job).trace" "${given:3:32}"

# --- not sampled: one component's failure keeps the spans of all, or parents lack
export TRACEPARENT=${given%01}00
failed=$(cluster_submit -N1 : -N2 --wrap 'srun --het-group=1 false; srun --het-group=0,1 true; exit 0')
good=$(cluster_submit -N1 : -N2 --wrap 'srun --het-group=0,1 true; sleep 1; exit 0')
cluster_wait_job "$failed"
cluster_wait_job "$good"
wait_ok "a component fails: all of the job arrives" \
  "root($failed) and root($failed + 1) and steps($failed) == [\"1\",\"batch\"] and steps($failed + 1) == [\"0\",\"1\"]"
spans_is "a component fails: no span lacks its parent" 'astray(["00f067aa0ba902b7"]) | table' "[]"
cluster_wait_drained
spans_is "none fails: nothing is told" "job($good) + job($good + 1)" "[]"

done_testing
