#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Jobs that a job submits: below the step that submitted them, linked to it, or
# unrelated, as SubmitContext= says; and never taken for a part of the outer job.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

start_with_plugins --nodes 2
unset TRACEPARENT TRACESTATE BAGGAGE

# Prints the ids: the inner job of the script, of a step, and of salloc.
outer=$(cluster_script outer <<'END'
inner="sbatch --parsable --output=/dev/null -n1 --wrap"
$inner 'srun -n1 true'
srun -n1 $inner 'srun -n1 true'
salloc -n1 sh -c 'echo $SLURM_JOB_ID; srun -n1 true' 2>/dev/null
END
)

runs() { # SUBMIT-CONTEXT SBATCH-OPTION...: sets job, by_script, by_step, by_salloc
  cluster_write_otel_conf "SubmitContext=$1"
  job=$(cluster_submit -n1 --output="$CLUSTER_DIR/outer.out" "${@:2}" "$outer")
  ok "$1: the outer job ends" cluster_wait_job "$job"
  {
    read -r by_script
    read -r by_step
    read -r by_salloc
  } <"$CLUSTER_DIR/outer.out"
  wait_ok "$1: all spans arrive" "root($job) and root($by_script) and root($by_step) and root($by_salloc) and
    steps($job) == [\"0\",\"batch\"] and steps($by_script) == [\"0\",\"batch\"] and
    steps($by_step) == [\"0\",\"batch\"] and steps($by_salloc) == [\"0\"]"
  spans_is "$1: nothing hangs in the air" "astray([]) | table" "[]"
}

# Each with the step that submitted it.
pairs() {
  echo "(root($by_script) | [., \"batch\"]), (root($by_step) | [., \"0\"]), (root($by_salloc) | [., \"batch\"])"
}

runs parent
spans_is "parent: each is below the step that submitted it" \
  ". as \$all | $(pairs) | . as [\$root, \$step] | \$root | is_child(\$all | step($job; \$step))" $'true\ntrue\ntrue'
spans_is "parent: a tree of four jobs" "root($job).trace as \$trace | trace(\$trace) | named(\"slurm.job\") | length" 4
spans_is "parent: without links" "[.[].links[]]" "[]"
spans_ok "parent: a step of salloc's is in the inner job" \
  "root($by_salloc) as \$root | step($by_salloc; 0) | is_child(\$root)"

runs link
spans_is "link: each has its own trace" \
  "[root($job, $by_script, $by_step, $by_salloc).trace] | unique | length" 4
spans_is "link: and a link to the step that submitted it" \
  ". as \$all | $(pairs) | . as [\$root, \$step] | (\$all | step($job; \$step)) as \$from |
    [\$root.parent, (\$root.links | map([.trace, .id] == [\$from.trace, \$from.id]))]" \
  $'[null,[true]]\n[null,[true]]\n[null,[true]]'

runs ignore
spans_is "ignore: each has its own trace" \
  "[root($job, $by_script, $by_step, $by_salloc).trace] | unique | length" 4
spans_is "ignore: and nothing else" \
  "root($by_script, $by_step, $by_salloc) | [.parent, .links]" $'[null,[]]\n[null,[]]\n[null,[]]'

# An inner job inherits the outer one's whole environment, and is no task.
runs parent --array=7
job="\"${job}_7\""
spans_is "array: the inner jobs are below the task's steps" \
  ". as \$all | $(pairs) | . as [\$root, \$step] | \$root | is_child(\$all | step($job; \$step))" $'true\ntrue\ntrue'
spans_is "array: and are no tasks of it" \
  "job($by_script) + job($by_step) + job($by_salloc) | map(select(.attrs[\"slurm.array.job_id\"])) | table" "[]"

done_testing
