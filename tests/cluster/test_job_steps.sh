#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The kinds of steps beside the plain one: extern, interactive, two at the same
# time, steps put into a job from outside it.  With PrologFlags=Contain, which
# starts an extern step on each node of a job and sends prologs at allocation.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

start_with_plugins --nodes 2 --slurm-conf PrologFlags=Alloc,Contain \
  --slurm-conf LaunchParameters=use_interactive_step \
  --slurm-conf 'InteractiveStepOptions="--interactive --preserve-env /bin/sh"'
unset TRACEPARENT TRACESTATE BAGGAGE
other=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01

sound() { # NAME JOB STATE
  spans_is "$1: one trace with one root" \
    "job($2) | [(traces | length), (map(select(.parent == null)) | map(.name))]" '[1,["slurm.job"]]'
  spans_is "$1: nothing hangs in the air" "job($2) | astray([]) | table" "[]"
  spans_is "$1: all within the job" "root($2) as \$root | job($2) | outside(\$root) | table" "[]"
  spans_is "$1: its end" "root($2) | [.attrs[\"slurm.state\"], .status]" "[\"$3\",\"unset\"]"
}

under_root() { # NAME JOB STEP
  spans_ok "$1: step $3 is under the root" "root($2) as \$root | step($2; \"$3\") | is_child(\$root)"
}

meet() { # NAME: each of two waits for the other, so they run at the same time
  echo "touch $CLUSTER_DIR/$1.\$SLURM_STEP_ID; until [ \$(ls $CLUSTER_DIR/$1.* | wc -l) = 2 ]; do sleep 0.05; done"
}

at_the_same_time() { # NAME JOB
  wait_ok "$1: its spans arrive" "root($2) and steps($2) == [\"0\",\"1\",\"batch\"]"
  spans_ok "$1: both are below the batch step" \
    "step($2; \"batch\") as \$batch | step($2; 0, 1) | is_child(\$batch)"
  spans_ok "$1: they ran at the same time" \
    "step($2; 0) as \$a | step($2; 1) as \$b | \$a.start < \$b.end and \$b.start < \$a.end"
  spans_is "$1: and went well" "job($2) | map(.status) | unique" '["unset"]'
  sound "$1" "$2" COMPLETED
}

# --- all at once, since salloc waits three seconds for a prolog
extern=$(cluster_submit --wrap 'squeue -h -s -j $SLURM_JOB_ID -o %i; srun -n1 true')
overlap=$(cluster_submit -n1 --wrap "for i in 1 2; do srun -n1 --overlap sh -c '$(meet overlap)' & done; wait")
exclusive=$(cluster_submit -n2 --wrap "for i in 1 2; do srun -n1 --exclusive sh -c '$(meet exclusive)' & done; wait")
salloc -n1 --job-name=interactive >"$CLUSTER_DIR/interactive.out" 2>/dev/null <<'END' &
echo "$SLURM_JOB_ID $TRACEPARENT"
srun -n1 --overlap sh -c 'echo $TRACEPARENT' </dev/null
END
salloc -N2 --job-name=inside sh -c 'echo $SLURM_JOB_ID; srun -N2 true; srun -n1 false' \
  >"$CLUSTER_DIR/inside.out" 2>/dev/null &
salloc -n1 --no-shell --job-name=no-shell 2>/dev/null
outside=$(squeue -h -n no-shell -o %i)
srun --jobid="$outside" -n1 sh -c 'echo $TRACEPARENT' >"$CLUSTER_DIR/no-shell.out"
TRACEPARENT=$other srun --jobid="$outside" -n1 true
scancel "$outside"
wait || true
for job in "$extern" "$overlap" "$exclusive" "$outside"; do
  ok "job $job ends" cluster_wait_job "$job"
done

# --- extern
like "there was an extern step" "$(cluster_job_output "$extern")" "$extern\\.extern"
wait_ok "extern: the other steps arrive" "root($extern) and steps($extern) == [\"0\",\"batch\"]"
sound extern "$extern" COMPLETED
spans_is "an extern step, which runs nothing of the user's, is no span" \
  'map(select(.attrs["slurm.step.id"] == "extern")) | table' "[]"

# --- at the same time
at_the_same_time "srun --overlap" "$overlap"
at_the_same_time "srun --exclusive" "$exclusive"

# --- interactive
read -r job traceparent <"$CLUSTER_DIR/interactive.out"
wait_ok "interactive: its spans arrive" "root($job) and steps($job) == [\"0\",\"interactive\"]"
under_root interactive "$job" interactive
spans_ok "interactive: a step of its shell is below it" \
  "step($job; \"interactive\") as \$shell | step($job; 0) | is_child(\$shell)"
spans_is "interactive: the shell finds its step" \
  "step($job; \"interactive\") | \"00-\(.trace)-\(.id)\"" "${traceparent%-*}"
spans_is "interactive: what it is called" \
  "step($job; \"interactive\").attrs | [.[\"slurm.step.name\", \"slurm.step.nnodes\", \"slurm.step.ntasks\"]]" '["interactive",1,1]'
sound interactive "$job" COMPLETED

# --- salloc with a command
read -r job <"$CLUSTER_DIR/inside.out"
wait_ok "salloc: its spans arrive" "root($job) and steps($job) == [\"0\",\"1\"]"
under_root salloc "$job" 0
under_root salloc "$job" 1
spans_is "salloc: a step that failed says so" "step($job; 0, 1) | .status" $'unset\nerror'
spans_is "salloc: one over both nodes" "step($job; 0).attrs[\"slurm.step.nnodes\"]" 2
spans_is "salloc: its command ended as that step did" \
  "root($job) | [.attrs[\"slurm.state\"], .status]" '["FAILED","error"]'
spans_is "salloc: nothing hangs in the air" "job($job) | astray([]) | table" "[]"

# --- salloc --no-shell, srun --jobid
wait_ok "no-shell: its spans arrive" "root($outside) and steps($outside) == [\"0\",\"1\"]"
under_root "srun --jobid" "$outside" 0
spans_is "srun --jobid: the task finds its step" \
  "step($outside; 0) | \"00-\(.trace)-\(.id)\"" "$(cut -c1-52 "$CLUSTER_DIR/no-shell.out")"
under_root "srun --jobid with another context" "$outside" 1
spans_is "which is linked" "step($outside; 1).links | map(\"00-\(.trace)-\(.id)-01\")" "[\"$other\"]"
sound no-shell "$outside" CANCELLED

done_testing
