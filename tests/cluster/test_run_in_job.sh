#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# PrologFlags=RunInJob (Slurm 24.11 and later): no SPANK prolog and epilog run,
# so nodes are told neither a job's context nor what became of it.  The extern
# step stands in for them: what is the same all the same, and what is not.
. "$(dirname "$0")/lib/test.sh"
unset TRACEPARENT TRACESTATE BAGGAGE
needs_jobcomp
cluster_slurm_since 24.11 || skip_all "this Slurm has no PrologFlags=RunInJob"

TRACE=0af7651916cd43dd8448eb211c80319c
ABOVE=b7ad6b7169203331
not_sampled() {
  TRACEPARENT=00-$TRACE-$ABOVE-00 cluster_submit "$@"
}

start_with_plugins --nodes 2 --slurm-conf 'PrologFlags=RunInJob
Prolog=@DIR@/prolog
JobRequeue=1' --otel-conf 'Sampler=parentbased_always_on
SampleErrors=yes'
printf '#!/bin/sh\nenv >%s/prolog.$SLURM_JOB_ID\n' "$CLUSTER_DIR" >"$CLUSTER_DIR/prolog"
chmod 755 "$CLUSTER_DIR/prolog"

# --- a job as any other
job=$(cluster_submit -N2 -n2 --wrap 'srun bash -c "echo \$TRACEPARENT"; srun bash -c "exit \$SLURM_PROCID"; srun true')
ok "a job ends" cluster_wait_job "$job"
ok "a prolog did run" test -s "$CLUSTER_DIR/prolog.$job"
wait_ok "root, queue, setup and steps" \
  "root($job) and phase($job; \"queued\") and phase($job; \"setup\") and steps($job) == [\"0\",\"1\",\"2\",\"batch\"]"
spans_ok "its setup ends where its batch step begins" \
  "step($job; \"batch\") as \$batch | phase($job; \"setup\") | .end == \$batch.start and .end > .start and .parent == \$batch.parent"
spans_is "in one sound tree" "job($job) | faults([]; 15)" "[]"
is "its comment shows the trace id" "$(cluster_job_field "$job" AdminComment)" "trace_id=$(cluster_query "root($job).trace")"

array=$(cluster_submit --array=1-2 --wrap 'srun true')
alone=$(srun -N2 -n2 bash -c 'echo $SLURM_JOB_ID' | sort -u)
ok "an array ends" cluster_wait_job "$array"
wait_ok "an array has a trace a task" \
  "job(\"${array}_1\") as \$one | job(\"${array}_2\") as \$two | all(\$one, \$two; attempt_steps == [\"0\",\"batch\"] and (named(\"slurm.job\") | length == 1) and (traces | length == 1) and faults([]; 15) == []) and (\$one[0].trace != \$two[0].trace)"
wait_ok "a job of srun alone has its spans" "root($alone) and phase($alone; \"setup\") and steps($alone) == [\"0\"]"
spans_is "in one sound tree" "job($alone) | faults([]; 15)" "[]"

# --- a requeue: the extern step does not know the attempt
again=$(cluster_submit --requeue --wrap 'srun true; [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ] || { scontrol requeue "$SLURM_JOB_ID"; sleep 300; }; exit 0')
start_again() {
  [[ $(cluster_job_field "$again" Restarts) == 1 ]] && cluster_job_is "$again" PENDING && scontrol update jobid="$again" starttime=now+3 2>/dev/null
}
ok "a job is requeued" cluster_until 60 start_again
ok "and ends" cluster_until 60 cluster_job_is "$again" COMPLETED
wait_ok "each attempt has its root, steps and setup" \
  "[attempt($again; 0), attempt($again; 1)] | all(attempt_steps == [\"0\",\"batch\"] and (named(\"slurm.job\") | length == 1) and (named(\"slurm.phase.setup\") | length == 1))"
spans_is "in one sound tree" "job($again) | faults([]; 15)" "[]"

# --- SampleErrors: each node decides by what it saw
nothing_held() {
  [[ -z $(find "$CLUSTER_SPOOL" \( -path '*/hold/*' -o -path '*/jobs/*' \) -print) ]]
}
good=$(not_sampled -N2 -n2 --wrap 'srun true; sleep 1; exit 0')
bad=$(not_sampled -N2 -n2 --wrap 'srun bash -c "exit \$SLURM_PROCID"; srun true; exit 0')
cancel=$(not_sampled --wrap 'srun true; scancel "$SLURM_JOB_ID"; sleep 300')
for one in $good $bad $cancel; do
  cluster_wait_job "$one"
done
wait_ok "of a job that failed there is the root, and what the node tells that saw it fail" \
  "root($bad) and phase($bad; \"queued\") and (nodes($bad; 0) | map([.attrs[\"slurm.node.name\"], .status]) == [[\"n2\", \"error\"]])"
wait_ok "one that was cancelled is told of whole" "root($cancel) and steps($cancel) == [\"0\",\"batch\"]"
ok "nothing is held any more, and no job file is left" cluster_until 30 nothing_held
cluster_wait_drained
spans_is "a job that went well is dropped" "job($good) | map(select(.name != \"slurm.job\" and .name != \"slurm.phase.queued\")) | table" "[]"
spans_is "no span lacks its parent" "orphans([\"$ABOVE\"]) | map(select(.name != \"slurm.node\")) | table" "[]"

# Its end reached slurmctld before that of its last step did, often: nobody hands
# roots to epilogs that do not run.
left=$(not_sampled --wrap 'srun --overlap bash -c "touch \$SLURM_JOB_ID.runs; exec sleep 300" & until test -e $SLURM_JOB_ID.runs; do sleep 0.1; done; exit 0' --chdir="$CLUSTER_DIR")
cluster_wait_job "$left"
wait_ok "a job that leaves a step running has root and steps" "root($left) and steps($left) == [\"0\",\"batch\"]" 30
ok "and nothing is held for it" cluster_until 30 nothing_held

like "check says what can not be" "$(slurm-otel check --config "$CLUSTER_DIR/otel.conf" 2>&1)" 'warning: SampleErrors: with PrologFlags=RunInJob'

done_testing
