#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Job arrays: a trace a task, each linked to the one submission; one trace for
# all when the submitter brought one.  Throttled, so that one task waits for
# another: slurmctld makes its record later.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

start_with_plugins --nodes 1
unset TRACEPARENT

array=$(cluster_submit --array=1-3%2 --output="$CLUSTER_DIR/%A_%a.out" \
  --wrap 'echo "$TRACEPARENT"; srun -n1 sh -c "echo \$TRACEPARENT"')
ok "the array ends" cluster_wait_job "$array"
for task in 1 2 3; do
  id="\"${array}_$task\""
  wait_ok "task $task: its spans arrive" "root($id) and step($id; \"batch\") and step($id; 0)"
  spans_is "task $task: one trace" "job($id) | traces | length" 1
  spans_is "task $task: a root of its own" "root($id).parent" null
  spans_is "task $task: every parent is present" "job($id) | orphans | table" "[]"
  spans_is "task $task: its ids" \
    "root($id).attrs | [.[\"slurm.array.job_id\", \"slurm.array.task_id\"] | tostring]" "[\"$array\",\"$task\"]"
  spans_is "task $task: TRACEPARENT in script and step" \
    "step($id; \"batch\", 0) | \"00-\(.trace)-\(.id)\"" "$(cut -c1-52 "$CLUSTER_DIR/${array}_$task.out")"
  ok "task $task: its comment" cluster_until 15 \
    eval "[[ \$(cluster_job_field ${array}_$task AdminComment) == trace_id=$(cluster_query "root($id).trace") ]]"
done
spans_is "three traces" "map(select(.attrs[\"slurm.array.job_id\"] | tostring == \"$array\")) | traces | length" 3
spans_is "each root has one link" "named(\"slurm.job\") | map(.links | length)" "[1,1,1]"
spans_is "all to the same submission" "named(\"slurm.job\") | map(.links[0] | \"\(.trace)-\(.id)\") | unique | length" 1
spans_ok "which is none of the three" "traces as \$traces | named(\"slurm.job\")[0].links[0].trace | IN(\$traces[]) | not"

# --- with a context
trace=4bf92f3577b34da6a3ce929d0e0e4736
parent=00f067aa0ba902b7
array=$(TRACEPARENT=00-$trace-$parent-01 cluster_submit --array=1-3 --wrap 'srun -n1 true')
cluster_wait_job "$array"
for task in 1 2 3; do
  wait_ok "continued task $task arrives" "root(\"${array}_$task\") and step(\"${array}_$task\"; 0) and step(\"${array}_$task\"; \"batch\")"
done
spans_is "one trace for the array" "trace(\"$trace\") | named(\"slurm.job\") | map(.parent)" "[\"$parent\",\"$parent\",\"$parent\"]"
spans_is "and all of it there" "trace(\"$trace\") | orphans([\"$parent\"]) | table" "[]"
spans_is "no span id is used twice" "trace(\"$trace\") | map(.copies) | unique" "[1]"

done_testing
