#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How much a trace tells: nodes and tasks where they fail, all of them where
# Detail= or slurm-otel detail says so, no more than the limits allow; the setup
# phase once; and no span without its parent, whatever is left out.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

# Each step and each epilog reads otel.conf itself.
settings() { # LINES
  cluster_write_otel_conf "$1"
}

names() { # EXPRESSION: of nodes, those of the spans
  echo "$1 | map(.attrs[\"slurm.node.name\"])"
}

ranks() { # JOB STEP
  echo "tasks($1; $2) | map(.attrs[\"slurm.task.rank\"])"
}

# no_orphans JOB: every parent was exported.
no_orphans() {
  spans_is "no parent is missing" "job($1) | orphans | table" "[]"
}

detail() {
  slurm-otel detail "$@" --config "$CLUSTER_DIR/otel.conf"
}

start_with_plugins --nodes 2

# --- Detail=step: what failed
# shellcheck disable=SC2016 # for the task's shell
fails='[[ $SLURM_NODEID == 0 || $SLURM_LOCALID == 0 ]] || exit 3'
failing=$(cluster_submit -N2 --ntasks-per-node=2 --wrap "srun -N2 -n4 bash -c '$fails'; srun -N2 -n2 true; srun -n1 true; true")
running=$(cluster_submit -N1 --chdir="$CLUSTER_DIR" --wrap "srun -n2 --overcommit bash -c 'while ! test -e go; do sleep 0.1; done'")
ok "a job with a failing task ends" cluster_wait_job "$failing"
wait_ok "its spans arrive" "root($failing) and steps($failing) == [\"0\", \"1\", \"2\", \"batch\"] and (nodes($failing; 0) | length > 0)"
spans_is "the node that failed speaks" "$(names "nodes($failing; 0)")" '["n2"]'
spans_is "and the task" "$(ranks "$failing" 0)" '[3]'
spans_is "of no other step" "job($failing) | map(select(.name | IN(\"slurm.node\", \"slurm.task\"))) | map(.attrs[\"slurm.step.id\"]) | unique" '["0"]'
spans_ok "the task is below its node" "nodes($failing; 0)[0] as \$node | tasks($failing; 0)[0] | is_child(\$node)"
spans_ok "the node below its step" "step($failing; 0) as \$step | nodes($failing; 0)[0] | is_child(\$step)"
spans_is "it says how it ended" "tasks($failing; 0)[0] | [.status, .message, .attrs[\"error.type\", \"process.exit.code\", \"slurm.task.local_rank\", \"process.executable.name\", \"host.name\"]]" \
  '["error","exited with status 3","exit_status",3,1,"bash","n2"]'
spans_is "and not what stood on its command line" "job($failing) | map(.attrs | has(\"process.command_args\")) | any" false
spans_ok "which process it was" "tasks($failing; 0)[0].attrs[\"process.pid\"] > 1"
spans_is "the setup phase is told once" "job($failing) | named(\"slurm.phase.setup\") | map(.attrs[\"slurm.node.name\"])" '["n1"]'
spans_ok "below the root" "root($failing) as \$root | phase($failing; \"setup\") | is_child(\$root)"
spans_ok "from the prolog to the first step" "phase($failing; \"setup\").end == step($failing; \"batch\").start and phase($failing; \"setup\").start < step($failing; \"batch\").start"
no_orphans "$failing"

# --- raised for a job that runs
cluster_wait_running "$running"
is "nothing is raised" "$(detail)" $'slurmd.n1: as configured\nslurmd.n2: as configured'
ok "detail is raised" detail on --for 10m --job "$running" --user "$(id -un)" --partition main
like "which shows" "$(detail | head -n 1)" "^slurmd.n1: task until .*, job $running, partition main, uid $(id -u)\$"
touch "$CLUSTER_DIR/go"
ok "the job ends" cluster_wait_job "$running"
wait_ok "its spans arrive" "root($running) and (job_nodes($running) | length == 1)"
spans_is "and tell of its tasks" "$(ranks "$running" 0)" '[0,1]'
spans_is "none failed" "tasks($running; 0) | map(.status) | unique" '["unset"]'
spans_ok "the task of its batch script is below the batch step" "step($running; \"batch\") as \$batch | tasks($running; \"batch\")[0] | is_child(\$batch)"
no_orphans "$running"
ok "it ends" detail off
ok "it is raised for a moment" detail on --for 1s --spool "$CLUSTER_SPOOL/slurmd.n2"
ended() {
  [[ $(detail) == $'slurmd.n1: as configured\nslurmd.n2: as configured' ]]
}
ok "and ends by itself" cluster_until 10 ended
is "without a trace" "$(find "$CLUSTER_SPOOL" -name 'detail*')" ""

# --- Detail=node
settings $'Detail=node'
nodes=$(cluster_submit -N2 --wrap 'srun -N2 -n2 true; srun -N1 -n1 true')
ok "a job ends" cluster_wait_job "$nodes"
wait_ok "its spans arrive" "root($nodes) and (job_nodes($nodes) | length == 2)"
spans_is "it was on two nodes" "$(names "job_nodes($nodes)")" '["n1","n2"]'
spans_ok "below its root" "root($nodes) as \$root | job_nodes($nodes) | all(is_child(\$root))"
spans_ok "longer than its steps" "job_nodes($nodes)[0] as \$node | step($nodes; \"batch\") | .start >= \$node.start and .end <= \$node.end"
spans_is "a step on two" "$(names "nodes($nodes; 0)")" '["n1","n2"]'
spans_is "another on one" "$(names "nodes($nodes; 1)")" '["n1"]'
spans_is "tasks are not told of" "job($nodes) | named(\"slurm.task\") | length" 0
no_orphans "$nodes"

# --- Detail=task and MaxTaskSpans
settings $'Detail=task\nMaxTaskSpans=3\nCommandArgs=yes'
tasks=$(cluster_submit -N2 --ntasks-per-node=2 --wrap 'srun -N2 -n4 true')
array=$(cluster_submit -N2 --array=5 --wrap 'srun -N2 -n2 true')
many=$(cluster_submit -N1 --wrap "srun -n8 --overcommit bash -c 'exit \$((SLURM_PROCID == 6))'; true")
for job in "$tasks" "$array" "$many"; do
  ok "a job ends" cluster_wait_job "$job"
done
wait_ok "their spans arrive" "root($tasks) and root($array) and root($many) and ([job_nodes($tasks), job_nodes($array)] | all(length == 2)) and (job_nodes($many) | length == 1)"
spans_is "four tasks on two nodes" "tasks($tasks; 0) | map([.attrs[\"slurm.task.rank\", \"slurm.node.name\"]])" '[[0,"n1"],[1,"n1"],[2,"n2"],[3,"n2"]]'
spans_is "with its command line, since CommandArgs=yes" "tasks($many; 0)[0].attrs[\"process.command_args\"]" \
  '["bash","-c","exit $((SLURM_PROCID == 6))"]'
spans_is "and that of a batch script" "tasks($many; \"batch\")[0].attrs[\"process.command_args\"] | length" 1
spans_ok "each below its node" "nodes($tasks; 0) as [\$a, \$b] | tasks($tasks; 0) | (.[0:2] | all(is_child(\$a))) and (.[2:4] | all(is_child(\$b)))"
spans_is "nothing was left out" "job($tasks) | map(.attrs | has(\"slurm.step.dropped_task_spans\", \"slurm.node.dropped_spans\")) | any" false
no_orphans "$tasks"
spans_is "an array task is one trace" "job($array) | traces | length" 1
spans_ok "with its nodes below its root" "root(\"${array}_5\") as \$root | job_nodes(\"${array}_5\") | length == 2 and all(is_child(\$root))"
no_orphans "$array"
spans_is "of too many tasks, the failed one and the first ones" "$(ranks "$many" 0)" '[0,1,6]'
spans_is "the node counts the others" "nodes($many; 0)[0].attrs[\"slurm.step.dropped_task_spans\"]" 5
spans_is "so does the job's" "job_nodes($many)[0].attrs[\"slurm.node.dropped_spans\"]" 5
no_orphans "$many"

# --- MaxSpansPerTrace
settings $'MaxSpansPerTrace=5'
# shellcheck disable=SC2016 # for the shell of the job
script=$(cluster_script steps <<'END_OF_SCRIPT'
for i in {0..8}; do
  srun -N1 -n1 true
done
srun -N2 -n2 bash -c 'exit $SLURM_NODEID'
srun -N1 -n1 bash -c 'echo $TRACEPARENT; srun --overlap -N1 -n1 bash -c "kill -KILL \$\$"; true'
exit 0
END_OF_SCRIPT
)
over=$(cluster_submit -N2 "$script")
ok "a job of 12 steps ends" cluster_wait_job "$over"
wait_ok "its spans arrive" "root($over) and (job_nodes($over) | map(.attrs[\"slurm.node.dropped_spans\"] // 0) | add) == 6 and step($over; \"batch\") and step($over; 11) and nodes($over; 9)[0]"
spans_is "five steps are told of, and the one that failed" "steps($over)" '["0","1","11","2","3","4","batch"]'
spans_is "and the node of another that failed" "$(names "nodes($over; 9)")" '["n2"]'
spans_is "with its task" "$(ranks "$over" 9)" '[1]'
spans_ok "below the batch step" "step($over; \"batch\") as \$batch | nodes($over; 9)[0] | is_child(\$batch)"
spans_ok "so is the step inside one that is not told of" "step($over; \"batch\") as \$batch | step($over; 11) | is_child(\$batch)"
spans_is "with the signal" "tasks($over; 11)[0] | [.attrs[\"slurm.task.exit_signal\"], (.attrs | has(\"process.exit.code\")), (.events[] | .name, .attrs[\"slurm.task.signal_name\"])]" \
  '[9,false,"signal","SIGKILL"]'
parent=$(cluster_job_output "$over" | sed -n 's/^00-[0-9a-f]*-\([0-9a-f]*\)-0[0-9a-f]$/\1/p')
spans_is "an application there finds the batch step" "step($over; \"batch\").id" "$parent"
# steps of one node run on either
spans_is "what was left out is counted" "job_nodes($over) | map(.attrs[\"slurm.node.dropped_spans\"]) | add" 6
no_orphans "$over"

spans_is "each setup phase is told once" \
  "named(\"slurm.phase.setup\") | map(.attrs[\"slurm.job.id.raw\"]) | length == (unique | length) and length == 7" true
spans_is "nothing came twice" "map(select(.copies > 1)) | table" "[]"
is "no file of a job is left" "$(find "$CLUSTER_SPOOL" -path '*/jobs/*')" ""

done_testing
