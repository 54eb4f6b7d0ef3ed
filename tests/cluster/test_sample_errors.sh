#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SampleErrors=yes at a ratio of 0.1: of many jobs, a tenth of which fail in
# one way or another, every failed one has its whole trace and the others stay
# at the ratio.  60 jobs; with CI=true 300, and one that runs into its limit.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

# What 99.99 % of samples of that many successes (9 of 10 jobs) at 0.1 hold.
JOBS=60 FEWEST=0 MOST=16
[[ ${CI:-} != true ]] || JOBS=300 FEWEST=10 MOST=48

start_with_plugins --nodes 4 --otel-conf 'Sampler=parentbased_traceidratio
SamplerArg=0.1
SampleErrors=yes'

# --- the scripts: KIND, its steps, and what slurm.node spans it must have
# A last step that fails is followed by another: see "Sampling" in doc/design.md.
declare -A SCRIPT STEPS SHARES
SCRIPT[good]='srun true; srun -N1 -n1 true; exit 0'
STEPS[good]='["0","1","batch"]'
SCRIPT[exit]='srun true; exit 3'
STEPS[exit]='["0","batch"]'
SCRIPT[task]='srun bash -c "exit \$((SLURM_PROCID == SLURM_NTASKS - 1))"; srun -N1 -n1 true; exit 0'
STEPS[task]='["0","1","batch"]' SHARES[task]=1
SCRIPT[signal]='srun true; srun bash -c "((SLURM_PROCID < SLURM_NTASKS - 1)) || kill -KILL \$\$"; srun true; exit 0'
STEPS[signal]='["0","1","2","batch"]' SHARES[signal]=1
SCRIPT[cancel]='srun -N1 -n1 -w "$(scontrol show hostnames "$SLURM_JOB_NODELIST" | tail -n 1)" true; scancel "$SLURM_JOB_ID"; sleep 300'
STEPS[cancel]='["0","batch"]'
SCRIPT[limit]='srun true; sleep 300'
STEPS[limit]='["0","batch"]'
FAILURES=(exit task signal cancel)

# submit KIND NODES: notes what the job's trace must hold.
WANTED=$CLUSTER_DIR/wanted
submit() {
  local job
  # no more than a minute for the one that is to run out of time
  job=$(cluster_submit -N"$2" -n"$2" --time="$([[ $1 == limit ]] && echo 1 || echo 10)" --no-requeue --wrap "${SCRIPT[$1]}")
  printf '{"job":"%s","kind":"%s","steps":%s,"shares":%s}\n' "$job" "$1" "${STEPS[$1]}" \
    "${SHARES[$1]:-0}" >>"$WANTED"
}

[[ ${CI:-} != true ]] || {
  echo "# drill"
  submit limit 2
}
for ((i = 0; i < JOBS; i++)); do
  kind=good
  ((i % 10 != 5)) || kind=${FAILURES[i / 10 % ${#FAILURES[@]}]}
  nodes=$((i % 3 + 1))
  [[ $kind == good || $kind == exit ]] || nodes=$((i % 2 + 2))
  submit "$kind" "$nodes"
done
ok "$JOBS jobs end" cluster_wait_idle 300

# --- nothing is left behind
nothing_held() {
  [[ -z $(find "$CLUSTER_SPOOL" \( -path '*/hold/*' -o -path '*/jobs/*' \) -print) ]]
}
ok "no span is held any more, and no context kept" cluster_until 30 nothing_held
cluster_wait_drained 30

# --- what arrived, against what was run
ask() {
  cluster_query ". as \$spans | (\$wanted | map(. + {spans: (.job as \$job | \$spans | job(\$job))}))
    | def failed: map(select(.kind != \"good\"));
      def complete: (.spans | named(\"slurm.job\") | length == 1)
        and (.spans | named(\"slurm.phase.queued\") | length == 1)
        and (.steps == (.spans | named(\"slurm.step\") | map(.attrs[\"slurm.step.id\"] | tostring) | sort))
        and (.shares == (.spans | named(\"slurm.node\") | length))
        and (.spans | traces | length == 1);
      $1" --argjson wanted "$(jq -sc . "$WANTED")" "${@:2}"
}
all_arrived() {
  ask 'failed | all(complete)' -e >/dev/null
}
ok "every failed job has its whole trace" cluster_until 20 all_arrived
((!TAP_FAILED)) || ask 'failed | map(select(complete | not) | "\(.job) \(.kind) \(.steps) has: \(.spans | map(caption))")[]' | sed 's/^/# /'
is "a successful one has its whole trace or none" \
  "$(ask 'map(select(.kind == "good" and .spans != [] and (complete | not)) | .job) | join(" ")')" ""
is "that is those that were sampled" \
  "$(ask 'map(select(.kind == "good") | .spans[] | select(.flags % 2 == 0) | .attrs["slurm.job.id"]) | join(" ")')" ""
sampled=$(ask 'map(select(.kind == "good" and .spans != [])) | length')
echo "# $sampled of $((JOBS * 9 / 10)) successful jobs are sampled"
ok "as many as the ratio says" test "$FEWEST" -le "$sampled" -a "$sampled" -le "$MOST"
spans_is "no span lacks its parent" "orphans | table" "[]"
spans_is "and no trace its root" 'group_by(.trace) | map(select(named("slurm.job") == [])) | length' 0

# --- jobs of which it is certain that they are not sampled
TRACE=0af7651916cd43dd8448eb211c80319c
ABOVE=b7ad6b7169203331
not_sampled() {
  TRACEPARENT=00-$TRACE-$ABOVE-00 cluster_submit "$@"
}

flags=$(not_sampled --wrap "echo \$TRACEPARENT; exit 1")
again=$(not_sampled --requeue --wrap 'srun true; [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ] || { scontrol requeue "$SLURM_JOB_ID"; sleep 300; }; exit 0')
# The job goes on when its node has found the step dead, without the srun that may
# wait for that step for ever.
killed=$(not_sampled -N2 -n2 --chdir="$CLUSTER_DIR" --wrap 'srun true
  srun -N1 -n1 -w "$SLURMD_NODENAME" bash -c "touch \$SLURM_JOB_ID.shot; kill -KILL \$PPID" &
  until test -e $SLURM_JOB_ID.shot && ! ls spool/slurmd.*/open/$SLURM_JOB_ID.1* >/dev/null 2>&1; do sleep 0.1; done
  kill -KILL $!; exit 0')
left=$(not_sampled --wrap 'srun --overlap bash -c "touch \$SLURM_JOB_ID.runs; exec sleep 300" & until test -e $SLURM_JOB_ID.runs; do sleep 0.1; done; exit 0' --chdir="$CLUSTER_DIR")
alone=$(TRACEPARENT=00-$TRACE-$ABOVE-00 srun -N2 -n2 bash -c "echo \$SLURM_JOB_ID" | sort -u)
cluster_wait_job "$flags"
wait_ok "a failed job is traced" "root($flags) and step($flags; \"batch\")"
is "its tasks hear that it is not sampled" "$(cluster_job_output "$flags" | cut -d- -f4)" 00
spans_is "so say its spans" "job($flags) | map(.flags % 2) | unique" "[0]"
is "its comment tells of the trace" "$(cluster_job_field "$flags" AdminComment)" "trace_id=$TRACE"

cluster_wait_job "$left"
wait_ok "a job that leaves a step running is traced" "root($left) and phase($left; \"queued\") and (steps($left) == [\"0\", \"batch\"])"
spans_is "by slurmctld's own root" "root($left).attrs[\"slurm.state\"]" COMPLETED

# Slurm would have it wait for two minutes; but a node refuses what starts in
# the second in which it was told to end that job.
start_again() {
  [[ $(cluster_job_field "$again" Restarts) == 1 ]] && cluster_job_is "$again" PENDING && scontrol update jobid="$again" starttime=now+3 2>/dev/null
}
ok "a job is requeued" cluster_until 60 start_again
ok "and ends" cluster_until 60 cluster_job_is "$again" COMPLETED
wait_ok "its first attempt is traced" "root($again) and (steps($again) == [\"0\", \"batch\"])"
ok "its second has ended on its node" cluster_until 30 test ! -e "$CLUSTER_SPOOL/slurmd.n1/hold/$again"
cluster_wait_drained
spans_is "and its second is not" "job($again) | [(map(.attrs[\"slurm.restart_count\"]) | unique), (named(\"slurm.job\") | length)]" '[[0],1]'

cluster_wait_job "$killed" 90
wait_ok "a step that was killed with its slurmstepd is traced" "step($killed; 1).attrs[\"error.type\"] == \"lost\""
wait_ok "in a whole trace" "root($killed) and phase($killed; \"queued\") and (steps($killed) == [\"0\", \"1\", \"batch\"])"
spans_is "no span lacks its parent" "orphans([\"$ABOVE\"]) | table" "[]"
spans_is "an srun that went well is not traced" "job($alone)" "[]"
ok "nothing is held any more" cluster_until 60 nothing_held

done_testing
