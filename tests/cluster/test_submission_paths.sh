#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# However a job is submitted, and whatever --export strips from it: one trace,
# right parents.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

start_with_plugins --nodes 2
unset TRACEPARENT TRACESTATE BAGGAGE
srun=$(command -v srun)

# A job that is one trace, with a root, and these steps.
one_trace() { # NAME JOB STEP...
  local name=$1 job=$2 steps
  shift 2
  steps=$(printf '"%s"\n' "$@" | sort | paste -sd,)
  wait_ok "$name: its spans arrive" "root($job) and steps($job) == [$steps]"
  spans_is "$name: one trace" "job($job) | traces | length" 1
  spans_is "$name: one root" "job($job) | named(\"slurm.job\") | map(.parent)" "[null]"
  spans_is "$name: every parent is present" "job($job) | orphans | table" "[]"
}

under_root() { # NAME JOB STEP
  spans_ok "$1: step $3 is under the root" "root($2) as \$root | step($2; \"$3\") | is_child(\$root)"
}

under_batch() { # NAME JOB STEP
  spans_ok "$1: step $3 is under the batch step" "step($2; \"batch\") as \$batch | step($2; \"$3\") | is_child(\$batch)"
}

# --- sbatch, with all, nothing and a list exported
for export in ALL NONE NIL HOME; do
  job=$(cluster_submit -N2 --export=$export --wrap "export PATH=$PATH; $srun -N2 /bin/true; $srun -n1 /usr/bin/env | grep ^TRACEPARENT")
  cluster_wait_job "$job"
  one_trace "sbatch --export=$export" "$job" batch 0 1
  under_root "sbatch --export=$export" "$job" batch
  under_batch "sbatch --export=$export" "$job" 0
  spans_is "sbatch --export=$export: the inner task has its step's context" \
    "step($job; 1) | \"TRACEPARENT=00-\(.trace)-\(.id)\"" "$(cluster_job_output "$job" | grep ^TRACEPARENT | cut -c1-64)"
done

# --- srun inside a job that strips its own step only
job=$(cluster_submit --wrap "srun --export=NONE $(command -v true); srun -n1 true")
cluster_wait_job "$job"
one_trace "srun --export=NONE in a job" "$job" batch 0 1
under_batch "srun --export=NONE in a job" "$job" 0
under_batch "srun after it" "$job" 1

# --- srun in a task of srun: nested as deep as it goes
job=$(cluster_submit --wrap 'srun --overlap -n1 sh -c "srun --overlap -n1 true"')
cluster_wait_job "$job"
one_trace "srun in srun" "$job" batch 0 1
under_batch "srun in srun" "$job" 0
spans_ok "srun in srun: the inner step is under the outer" "step($job; 0) as \$outer | step($job; 1) | is_child(\$outer)"

# --- salloc
job=$(salloc -N2 sh -c 'srun -N2 true; srun -n1 true; echo $SLURM_JOB_ID' 2>/dev/null)
one_trace "salloc" "$job" 0 1
under_root "salloc" "$job" 0
under_root "salloc" "$job" 1

# --- srun alone
job=$(srun -N1 -n1 sh -c 'echo $SLURM_JOB_ID')
one_trace "srun" "$job" 0
under_root "srun" "$job" 0
job=$(srun --export=NONE -N1 -n1 /bin/sh -c 'echo $SLURM_JOB_ID')
one_trace "srun --export=NONE" "$job" 0
under_root "srun --export=NONE" "$job" 0

# --- all of them are different jobs in different traces
spans_ok "a trace a job" "named(\"slurm.job\") | length == (traces | length)"

done_testing
