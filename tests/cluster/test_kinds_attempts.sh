#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Jobs that run more than once, and those that lose their nodes: requeued by a
# user while they run and when they have ended, held, by exit code, as a task of
# an array; preempted; a node that fails; a prolog that is not ours and fails.
# Rows of doc/job_kinds.md.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
. "$CLUSTER_LIB/lib/kinds.sh"
unset TRACEPARENT TRACESTATE BAGGAGE

TRACE=4bf92f3577b34da6a3ce929d0e0e4736
PARENT=00f067aa0ba902b7

# linked KIND JOB: two attempts in one trace, the second linked to the first.
linked() {
  spans_ok "$1: the attempts are one trace, linked" \
    "roots($2) | length == 2 and .[0].trace == .[1].trace and .[0].parent == .[1].parent
       and ((.[1].links | last.id) == .[0].id)"
  spans_ok "$1: the second begins when the first has ended" \
    "roots($2) | .[1].start >= .[0].end - 1e9"
}

# Kills what runs on a node, as its power supply would, but for the agent: first
# slurmd and the steps, so that none sees its tasks die.
kill_node() { # NODE
  local pid
  cluster_stop_node "$1" KILL
  # slurmstepd of 24.11 and later writes its title over its environment
  for pid in /proc/[0-9]*; do
    pid=${pid#/proc/}
    ! cluster_is "$pid" slurmstepd || ! on_node "$pid" "$1" || kill -KILL "$pid" 2>/dev/null || true
  done
  while read -r pid; do
    ! grep -qsxzF "SLURMD_NODENAME=$1" "/proc/$pid/environ" || kill -KILL "$pid" 2>/dev/null || true
  done < <(of_cluster)
}

of_cluster() {
  grep -lsxzF "SLURM_CONF=$SLURM_CONF" /proc/[0-9]*/environ | tr -dc '0-9\n'
}

# A slurmstepd holds the log file of its node.
on_node() { # PID NODE
  local fd
  for fd in "/proc/$1/fd"/*; do
    [[ $(readlink "$fd" 2>/dev/null) != "$CLUSTER_DIR/log/slurmd.$2.log" ]] || return 0
  done
  return 1
}

began=$EPOCHSECONDS
# Slurm lets a requeued job wait until slurmd has forgotten the credential of
# the attempt before: cred_expire, and a second.
start_with_plugins --nodes 5 --cpus 8 --slurm-conf "AuthInfo=socket=@DIR@/munge/socket,cred_expire=5
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
RequeueExit=99
RequeueExitHold=98
Prolog=@DIR@/prolog
PartitionName=again Nodes=n1 PriorityTier=1 PreemptMode=REQUEUE
PartitionName=never Nodes=n1 PriorityTier=1 PreemptMode=CANCEL
PartitionName=first Nodes=n1 PriorityTier=10
PartitionName=broken Nodes=n5"
cd "$CLUSTER_DIR"
# shellcheck disable=SC2016 # the prolog's
printf '#!/bin/sh\n[ "$SLURM_JOB_PARTITION" != broken ]\n' >prolog.new
chmod 755 prolog.new
mv prolog.new prolog

# The first attempt of these jobs waits to be ended, the second is short.  Each task
# says that it runs: squeue lists steps that are still to be launched.
# shellcheck disable=SC2016 # the job's
once='[ "$SLURM_RESTART_COUNT" ] || srun -n1 sh -c "touch up.\$SLURM_JOB_ID; exec sleep 300"; srun -n1 true'
running=$(TRACEPARENT=00-$TRACE-$PARENT-01 cluster_submit -wn2 --wrap "$once")
ended=$(cluster_submit -wn2 --wrap 'srun -n1 true')
held=$(cluster_submit -wn2 --wrap "$once")
# shellcheck disable=SC2016
by_exit=$(cluster_submit -wn2 --wrap '[ "$SLURM_RESTART_COUNT" ] || exit 99')
# shellcheck disable=SC2016
special=$(cluster_submit -wn2 --wrap '[ "$SLURM_RESTART_COUNT" ] || exit 98')
array=$(cluster_submit -wn2 --array=1-2 --wrap "$once")
early=()
for _ in 1 2 3; do
  early+=("$(cluster_submit -wn2 --wrap "$once")")
done
# shellcheck disable=SC2016
lost=$(cluster_submit -w'n[3-4]' -N2 -n2 --no-requeue \
  --wrap 'srun -n2 sh -c "touch up.\$SLURM_JOB_ID.\$SLURM_PROCID; exec sleep 300"')
moved=$(cluster_submit -wn4 --requeue --wrap "$once")
shrunk=$(cluster_submit -w'n[3-4]' -N2 -n2 --no-kill \
  --wrap 'srun -n2 true; touch shrink; while ! test -e go; do sleep 0.1; done; srun -N1 -n1 --overlap -wn3 true')
again=$(cluster_submit -pagain -n4 --wrap "$once")
never=$(cluster_submit -pnever -n4 --wrap "$once")
broken=$(cluster_submit -pbroken --wrap 'srun -n1 true')

# ten jobs of one task, one of two
all_run() {
  [[ $(compgen -G 'up.*' | wc -l) -eq 12 && -e shrink ]]
}
ok "all jobs run" cluster_until 30 all_run
job_reaches "$ended" COMPLETED # a node is drained by now, for which cluster_wait_job gives up
job_reaches "$special" SPECIAL_EXIT
high=$(cluster_submit -pfirst -n8 --wrap true)
ok "a running job is requeued" scontrol requeue "$running"
ok "a job that has ended is requeued" scontrol requeue "$ended"
ok "a running job is requeued and held" scontrol requeuehold "$held"
ok "a task of an array is requeued" scontrol requeue "${array}_2"
scancel "${array}_1"
for job in "${early[@]}"; do
  scontrol requeue "$job"
done
# Sooner than slurmd forgets the first attempt: it leaves the prolog out then.
# In the very second of the first attempt's end it would refuse the second.
soon() { # JOB: it was told to, or began by itself before that
  case $(cluster_job_field "$1" JobState) in
  PENDING) scontrol update job="$1" StartTime=now+2seconds ;;
  RUNNING | COMPLETED) [[ $(cluster_job_field "$1" Restarts) == 1 ]] ;;
  *) false ;;
  esac
}
for job in "${early[@]}"; do
  ok "job $job begins soon" cluster_until 30 soon "$job"
done
kill_node n4
scontrol update node=n4 state=down reason=test
ok "the cluster knows a node that is down" cluster_until 10 eval '[[ $(sinfo -h -n n4 -o %T) == down* ]]'
touch go
job_reaches "$shrunk" COMPLETED
cluster_start_node n4
ok "the node comes back" cluster_until 20 eval '[[ $(sinfo -h -n n4 -o %T) == idle ]]'
job_reaches "$held" PENDING
scancel "$held"
scontrol release "$special"
job_reaches "$broken" PENDING
ok "the other prolog failed" cluster_until 10 eval '[[ $(sinfo -h -n n5 -p main -o %E) == "Prolog error" ]]'
# new versions of Slurm change no job while it still leaves its nodes
ok "it is sent elsewhere" cluster_until 10 scontrol update job="$broken" Partition=main
scontrol release "$broken"

# --- requeued by hand
attempt_is "requeued while it runs" "$running" 0 REQUEUED unset batch 0
attempt_is "requeued while it runs, again" "$running" 1 COMPLETED unset batch 0
linked "requeued while it runs" "$running"
spans_is "requeued while it runs: both are the submitter's" "roots($running) | map([.trace, .parent]) | unique" "[[\"$TRACE\",\"$PARENT\"]]"
# a setup phase it has where slurmd runs its prolog again
spans_is "requeued while it runs: it had to wait" \
  "attempt($running; 1) | map(.name) | map(select(startswith(\"slurm.phase\") and . != \"slurm.phase.setup\")) | sort" '["slurm.phase.deferred","slurm.phase.queued"]'
attempt_is "requeued when it had ended" "$ended" 0 COMPLETED unset batch 0
attempt_is "requeued when it had ended, again" "$ended" 1 COMPLETED unset batch 0
linked "requeued when it had ended" "$ended"
attempt_is "requeued and held" "$held" 0 REQUEUED unset batch 0
attempt_is "requeued and held, then cancelled" "$held" 1 CANCELLED unset
linked "requeued and held" "$held"
attempt_is "a task of an array" "\"${array}_2\"" 0 REQUEUED unset batch 0
attempt_is "a task of an array, again" "\"${array}_2\"" 1 COMPLETED unset batch 0
linked "a task of an array" "\"${array}_2\""
spans_ok "a task of an array: both are linked to the submission" \
  "roots(\"${array}_2\") | map(.links[0]) | unique | length == 1"
attempt_is "the array's other task" "\"${array}_1\"" 0 CANCELLED unset batch 0

for job in "${early[@]}"; do
  attempt_is "requeued and started soon" "$job" 0 REQUEUED unset batch 0
  attempt_is "requeued and started soon, again" "$job" 1 COMPLETED unset batch 0
  linked "requeued and started soon" "$job"
done

# --- by the exit code of its script
attempt_is "requeued by its exit code" "$by_exit" 0 FAILED error batch
root_is "requeued by its exit code: the code" "$by_exit" 0 '.attrs["slurm.exit_code"]' 99:0
attempt_is "requeued by its exit code, again" "$by_exit" 1 COMPLETED unset batch
linked "requeued by its exit code" "$by_exit"
attempt_is "special exit" "$special" 0 FAILED error batch
attempt_is "special exit, released" "$special" 1 COMPLETED unset batch
linked "special exit" "$special"

# --- preempted
attempt_is "preempted and requeued" "$again" 0 PREEMPTED unset batch 0
attempt_is "preempted and requeued, again" "$again" 1 COMPLETED unset batch 0
linked "preempted and requeued" "$again"
attempt_is "preempted and cancelled" "$never" 0 PREEMPTED unset batch 0
spans_is "preempted and cancelled: no second attempt" "roots($never) | length" 1
attempt_is "the job it was for" "$high" 0 COMPLETED unset batch

# --- a node that fails
attempt_is "node failure" "$lost" 0 NODE_FAIL error batch 0
wait_ok "node failure: the share of that node is lost" \
  "job($lost) | named(\"slurm.node\") | map(select(.attrs[\"slurm.node.name\"] == \"n4\").attrs[\"error.type\"]) == [\"lost\"]"
attempt_is "node failure and requeue" "$moved" 0 NODE_FAIL error batch 0
spans_is "node failure and requeue: its steps are lost" \
  "attempt($moved; 0) | named(\"slurm.step\") | map(.attrs[\"error.type\"])" '["lost","lost"]'
attempt_is "node failure and requeue, again" "$moved" 1 COMPLETED unset batch 0
linked "node failure and requeue" "$moved"
attempt_is "node failure and --no-kill" "$shrunk" 0 COMPLETED unset batch 0 1
root_is "node failure and --no-kill: one node is left" "$shrunk" 0 '.attrs["slurm.nodelist"]' n3

# --- a prolog that is not ours
attempt_is "a failing prolog" "$broken" 0 REQUEUED unset
attempt_is "a failing prolog, elsewhere" "$broken" 1 COMPLETED unset batch 0
linked "a failing prolog" "$broken"

# --- requeued when nothing but its own record tells that it had ended
cluster_stop_slurmctld
cluster_start_slurmctld
ok "slurmctld comes back" cluster_until 20 scontrol requeuehold "$high"
# 24.11 has it completing first, until it asks the node anew after a minute.
job_reaches "$high" PENDING 90
scancel "$high"
attempt_is "requeued after a restart of slurmctld" "$high" 1 CANCELLED unset
attempt_is "requeued after a restart of slurmctld, before" "$high" 0 COMPLETED unset batch
linked "requeued after a restart of slurmctld" "$high"

cluster_wait_drained
all_sound "\"$PARENT\"" "$began"

done_testing
