#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How a job can end, or go on: cancelled before and while it runs, the time
# limit, the deadline, out of memory, no room at once, suspend, resize, a step
# that can not be killed.  Rows of doc/job_kinds.md.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
. "$CLUSTER_LIB/lib/kinds.sh"
unset TRACEPARENT TRACESTATE BAGGAGE

TRACE=4bf92f3577b34da6a3ce929d0e0e4736
PARENT=00f067aa0ba902b7

# A hold in the script until the test says so.
until_file() { # NAME
  echo "while ! test -e $CLUSTER_DIR/$1; do sleep 0.1; done"
}

# complete_job JOB CODE: tells slurmctld of a job's end as slurmstepd would.
# That memory ran out is known by task/cgroup only, which needs control groups
# of its own; from that code on, everything is as there.
build_complete_job() {
  "${CC:-cc}" -x c -I"$CLUSTER_TOP/tests" -o "$CLUSTER_DIR/complete_job" - -lslurm <<'END'
#include <stdlib.h>
#include "slurm_api.h"
int main(int argc, char **argv)
{
	slurm_init(NULL);
	return argc != 3 || complete_job(strtoul(argv[1], NULL, 10),
					 strtoul(argv[2], NULL, 10));
}
END
}
SIG_OOM=253 # slurm_protocol_defs.h

tracer=
end_tracer() { # which may be stopped
  [[ -z $tracer ]] || kill -KILL "$tracer" 2>/dev/null || true
  tracer=
}
# test_end looks at the script's status, which set -e must not end here.
trap 'status=$?; set +e; end_tracer; (exit "$status"); test_end' EXIT

began=$EPOCHSECONDS
start_with_plugins --nodes 3 --cpus 8 --slurm-conf "UnkillableStepTimeout=5
PartitionName=late Nodes=n1"
cd "$CLUSTER_DIR"

# Tasks say that they run: Slurm says so of jobs and steps before it launches them.
waits='sh -c "touch runs.\$SLURM_JOB_ID.\$SLURM_PROCID; exec sleep 300"'
# slurmctld looks at time limits each 30 s: this job waits for that, the others
# have their turn meanwhile.
timeout=$(cluster_submit -N2 -n2 -w'n[1-2]' --time=10 --wrap "srun -n2 $waits")
running=$(cluster_submit -N2 -n2 -w'n[1-2]' --wrap "srun -n2 $waits")
memory=$(cluster_submit -wn1 --wrap "srun -n1 $waits")
resumed=$(cluster_submit -wn1 --wrap "srun -n1 sh -c 'touch runs.resumed; $(until_file go)'")
stopped=$(cluster_submit -wn1 --wrap "srun -n1 $waits")
smaller=$(cluster_submit -N2 -n2 -w'n[1-2]' --wrap "srun -n2 true; touch resize; $(until_file go); srun -N1 -n1 --overlap -wn1 true")
stuck=$(cluster_submit -wn3 --wrap 'srun -n1 sh -c "echo \$\$ >stuck.new; mv stuck.new stuck; exec sleep 300"')
rest=$(cluster_submit --array=1-3%1 --wrap 'touch runs.rest; exec sleep 300')
pending=$(TRACEPARENT=00-$TRACE-$PARENT-01 cluster_submit --hold --wrap true)
whole=$(cluster_submit --hold --array=1-3 --wrap true)
part=$(cluster_submit --hold --array=1-3 --wrap true)
no_output=$(cluster_submit -wn1 --output="$CLUSTER_DIR/slurm.conf/out" --wrap true)
no_step=$(cluster_submit -N2 -n2 -w'n[1-2]' --wrap "srun -N2 -n2 --output=$CLUSTER_DIR/slurm.conf/%t true; true")
# Two seconds more than the job takes, or it is refused: that may be too few.
submit_overdue() {
  overdue=$(cluster_submit -plate --exclusive --time=1 --deadline=now+62seconds --wrap true 2>>log/submit.out)
}
cluster_until 20 submit_overdue
ok "a caller of slurm_complete_job is built" build_complete_job

for job in "$timeout" "$running" "$memory" "$resumed" "$stopped" "$smaller" "$stuck" "${rest}_1"; do
  cluster_wait_running "$job"
done
all_run() {
  local file
  for file in "$timeout".{0,1} "$running".{0,1} "$memory.0" "$stopped.0" resumed rest; do
    [[ -e runs.$file ]] || return 1
  done
}
ok "tasks of all jobs run" cluster_until 30 all_run
# An end may not lie in the past when slurmctld is told of it.
ok "the time limit is shortened" cluster_until 20 scontrol update job="$timeout" EndTime=now+1seconds

scancel "$pending" "$whole" "$rest" "${part}_2"
scontrol release "$part"
not_ok "there is no room at once" srun --immediate=1 -wn1 --exclusive --job-name=immediate true
immediate=$(scontrol -o show job | sed -n 's/^JobId=\([0-9]*\) JobName=immediate .*/\1/p')

# A task whose tracer does not collect it stays a zombie, which neither SIGKILL
# nor slurmstepd's wait() gets rid of: an unkillable step without a broken disk.
ok "the step that can not be killed runs" cluster_until 20 test -e stuck
strace -qq -o /dev/null -p "$(<stuck)" &
tracer=$!
disown "$tracer"
ok "it is traced" cluster_until 10 grep -q "^TracerPid:[[:space:]]*$tracer$" "/proc/$(<stuck)/status"
kill -STOP "$tracer"

ok "a step ended before the resize" cluster_until 20 test -e resize
scontrol suspend "$resumed"
scontrol suspend "$stopped"
scancel "$running" "$stuck"
./complete_job "$memory" $SIG_OOM
ok "the job gives one node back" scontrol update job="$smaller" NumNodes=1
job_reaches "$resumed" SUSPENDED
job_reaches "$stopped" SUSPENDED
scancel "$stopped"
scontrol resume "$resumed"
touch go

# --- never ran
attempt_is "cancelled while pending" "$pending" 0 CANCELLED unset
root_is "cancelled while pending: in the submitter's trace" "$pending" 0 '[.trace, .parent]' "[\"$TRACE\",\"$PARENT\"]"
root_ok "cancelled while pending: no node" "$pending" 0 '.attrs["slurm.nnodes"] == 0'
spans_is "held all the time: deferred, never queued" \
  "attempt($pending; 0) | map(.name) | sort" '["slurm.job","slurm.phase.deferred"]'
attempt_is "a whole array cancelled while pending" "$whole" 0 CANCELLED unset
spans_is "it is one root, for no task ever was" \
  "map(select(.attrs[\"slurm.array.job_id\"] == \"$whole\")) | named(\"slurm.job\") | map(.attrs[\"slurm.array.task_id\"])" "[null]"
attempt_is "past its deadline" "$overdue" 0 DEADLINE error
root_is "past its deadline: no signal ended it" "$overdue" 0 \
  '[.message, .attrs["slurm.job.exit_signal"]]' '["job DEADLINE: DeadLine",null]'
attempt_is "no room at once" "$immediate" 0 FAILED error
root_is "no room at once: no signal ended it" "$immediate" 0 \
  '[.message, .attrs["slurm.job.exit_signal"]]' '["job FAILED: BadConstraints",null]'

# --- was to run, and could not be launched
attempt_is "a script that can not be launched" "$no_output" 0 FAILED error batch
root_ok "a script that can not be launched: no signal ended it" "$no_output" 0 \
  '(.message | test("^job FAILED: (JobLaunchFailure|RaisedSignal)$")) and (.attrs | has("slurm.job.exit_signal") | not)'
unlaunched='[.status, .message, .attrs["error.type", "slurm.exit_code", "slurm.step.failed_tasks"]]'
spans_is "a script that can not be launched: its step did not go well" \
  "step($no_output; \"batch\") | $unlaunched" '["error","1 task was not started","launch_failed",null,1]'
attempt_is "a step that can not be launched" "$no_step" 0 COMPLETED unset batch 0
spans_is "a step that can not be launched did not go well" \
  "step($no_step; 0) | $unlaunched" '["error","1 task was not started","launch_failed",null,1]'
spans_is "a step that can not be launched: each of its nodes tells so" \
  "attempt($no_step; 0) | named(\"slurm.node\") | map(.attrs[\"error.type\"])" '["launch_failed","launch_failed"]'

# --- a part of an array
attempt_is "an array's other tasks" "\"${part}_1\"" 0 COMPLETED unset batch
attempt_is "an array's other tasks" "\"${part}_3\"" 0 COMPLETED unset batch
spans_is "of the task that was cancelled Slurm tells nothing" "job(\"${part}_2\") | length" 0
attempt_is "an array cancelled while it runs: its task" "\"${rest}_1\"" 0 CANCELLED unset batch
attempt_is "an array cancelled while it runs: the others" "$rest" 0 CANCELLED unset
root_is "the others are the array's" "$rest" 0 '[.attrs["slurm.array.job_id", "slurm.array.task_id"]]' "[\"$rest\",null]"
spans_ok "its task is linked into the trace of the others" \
  "root($rest) as \$others | root(\"${rest}_1\").links | map(.trace) == [\$others.trace]"

# --- while it runs
attempt_is "cancelled while it runs" "$running" 0 CANCELLED unset batch 0
spans_ok "cancelled while it runs: its step tells of SIGTERM" \
  "step($running; 0) | .status == \"error\" and .attrs[\"error.type\"] == \"SIGTERM\""
attempt_is "suspended and resumed" "$resumed" 0 COMPLETED unset batch 0
spans_is "suspended and resumed: its step is one" "step($resumed; 0).status" unset
attempt_is "cancelled while suspended" "$stopped" 0 CANCELLED unset batch 0
spans_ok "cancelled while suspended: the job ended before its step" \
  "root($stopped) as \$root | step($stopped; 0).end > \$root.end"
attempt_is "made smaller" "$smaller" 0 COMPLETED unset batch 0 1
root_is "made smaller: the root tells of what it ended with" "$smaller" 0 '.attrs["slurm.nnodes"]' 1
spans_ok "made smaller: its root has the end of the job" \
  "step($smaller; 1) as \$last | root($smaller).end >= \$last.end - 1e9"
attempt_is "out of memory" "$memory" 0 OUT_OF_MEMORY error batch 0
root_is "out of memory: the made-up signal is not told" "$memory" 0 \
  '[.message, .attrs["slurm.job.exit_signal"]]' '["job OUT_OF_MEMORY: OutOfMemory",null]'

# --- a step that can not be killed: Slurm gives it up and drains the node, but
# slurmstepd waits on, and writes the span when the task is gone at last
drained() {
  [[ $(sinfo -h -n n3 -o %E) == "Kill task failed" ]]
}
ok "an unkillable step: its node is drained" cluster_until 30 drained
spans_is "an unkillable step: it has not ended" "attempt($stuck; 0) | attempt_steps" '["batch"]'
end_tracer
attempt_is "an unkillable step" "$stuck" 0 CANCELLED unset batch 0
spans_is "an unkillable step: how it ended" \
  "step($stuck; 0) | [.status, .attrs[\"error.type\"]]" '["error","SIGKILL"]'
spans_ok "an unkillable step: and when, long after the job" \
  "root($stuck) as \$root | step($stuck; 0).end > \$root.end + 4e9"

# --- the time limit, at last
attempt_is "its time is over" "$timeout" 0 TIMEOUT error batch 0
spans_is "its time is over: its step was terminated" "step($timeout; 0).attrs[\"error.type\"]" SIGTERM
root_ok "its time is over: it ran to then" "$timeout" 0 \
  '.end - .start > 1e9 and .end - .start < 300e9'

cluster_wait_drained
# The step that could not be killed ended when the test let it.
all_sound "\"$PARENT\"" "$began" $((EPOCHSECONDS - began))

done_testing
