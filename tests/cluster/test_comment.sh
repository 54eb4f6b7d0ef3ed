#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `scontrol show job` tells the trace id, while the job runs and after.
. "$(dirname "$0")/lib/test.sh"

start_with_plugins --nodes 2

comment_is_there() { # JOB
  [[ $(cluster_job_field "$1" AdminComment) =~ trace_id=[0-9a-f]{32} ]]
}

job=$(cluster_submit -N2 --wrap "while ! test -e $CLUSTER_DIR/go; do sleep 0.1; done")
cluster_wait_running "$job"
ok "a running job's comment gets its trace id" cluster_until 15 comment_is_there "$job"
is "while it still runs" "$(cluster_job_field "$job" JobState)" RUNNING
comment=$(cluster_job_field "$job" AdminComment)
like "and that is all of the comment" "$comment" '^trace_id=[0-9a-f]{32}$'
touch "$CLUSTER_DIR/go"
cluster_wait_job "$job"
is "it stays after the end" "$(cluster_job_field "$job" AdminComment)" "$comment"
if cluster_has_jobcomp; then
  wait_ok "the root arrives" "root($job)"
  spans_is "it is the trace's id" "root($job) | \"trace_id=\(.trace)\"" "$comment"
else
  skip "the root has that trace's id" "$NO_JOBCOMP"
  wait_ok "the batch step has that trace's id" "step($job; \"batch\") | \"trace_id=\(.trace)\" == \"$comment\""
fi

# --- a comment that stood there before
job=$(cluster_submit --hold --wrap 'sleep 1')
scontrol update "job=$job" AdminComment="ticket 4711"
scontrol release "$job"
cluster_wait_job "$job"
ok "a job with a comment gets its trace id too" cluster_until 15 comment_is_there "$job"
like "after the comment it had" "$(cluster_job_field "$job" AdminComment)" '^ticket 4711.*trace_id=[0-9a-f]{32}$'

# --- srun alone
srun -n1 sh -c 'echo $SLURM_JOB_ID; sleep 1' >"$CLUSTER_DIR/srun.out"
ok "srun's job has it" cluster_until 15 comment_is_there "$(<"$CLUSTER_DIR/srun.out")"

# --- a job whose trace is not exported shows no id nobody could find
job=$(TRACEPARENT=00-11111111111111111111111111111111-00f067aa0ba902b7-00 cluster_submit --wrap 'sleep 1')
cluster_wait_job "$job"
ok "nothing waits in a spool" cluster_wait_drained
is "an unsampled job's comment stays empty" "$(cluster_job_field "$job" AdminComment)" ""

# --- several nodes ask for one comment
is "nobody wrote it twice" "$(scontrol show job | grep -c 'trace_id=.*trace_id=')" 0

done_testing
