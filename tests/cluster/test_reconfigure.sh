#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `scontrol reconfigure` again and again while jobs start and end: slurmctld reads
# its plugins' configuration anew in the same process, or, since 23.11, executes
# another slurmctld (and slurmds) and ends without a word to its plugins.  Either
# way a spool has one agent, the same one, each span arrives once, and what
# otel.conf says now holds for the jobs that end after it.
. "$(dirname "$0")/lib/test.sh"
unset TRACEPARENT TRACESTATE BAGGAGE
needs_jobcomp

ROUNDS=6
[[ ${CI:-} != true ]] || ROUNDS=20

start_with_plugins --nodes 2 --cpus 8 --slurm-conf 'JobRequeue=0'

agents_of_cluster() {
  local pid
  for pid in /proc/[0-9]*; do
    pid=${pid#/proc/}
    cluster_is "$pid" slurm-otel-agent || continue
    tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | sed -n "s|^$CLUSTER_SPOOL/\(.*\)|\1 $pid|p"
  done | sort
}

# Jobs that slurmctld takes whatever it is doing, and how many.
JOBS=$CLUSTER_DIR/jobs
stream() {
  local job
  while [[ ! -e $CLUSTER_DIR/enough ]]; do
    if (($(squeue -h -r 2>/dev/null | wc -l) < 5)) &&
      job=$(cluster_submit -N2 -n2 --wrap 'true; sleep 0.3' 2>>"$CLUSTER_DIR/log/submit.out"); then
      echo "$job" >>"$JOBS"
    else
      sleep 0.1
    fi
  done
}

more_jobs_than() {
  (($(wc -l <"$JOBS" 2>/dev/null || echo 0) >= $1))
}

before=$(agents_of_cluster)
is "each daemon has one agent" "$(cut -d' ' -f1 <<<"$before" | paste -sd' ')" "slurmctld slurmd.n1 slurmd.n2"

# A step that lives through all of it, and a job that waits through all of it.
long=$(cluster_submit -N2 -n2 --chdir="$CLUSTER_DIR" --wrap 'srun bash -c "touch runs.\$SLURM_PROCID; until test -e go; do sleep 0.1; done"')
ok "a job runs through it" cluster_until 30 eval '[[ -e $CLUSTER_DIR/runs.0 && -e $CLUSTER_DIR/runs.1 ]]'
waits=$(cluster_submit --dependency="afterok:$long" --wrap true)

stream &
STREAM=$!
for ((round = 1; round <= ROUNDS; round++)); do
  cluster_until 30 more_jobs_than $((3 * round)) || fail "jobs run in round $round"
  if ((round == ROUNDS - 1)); then
    cluster_write_otel_conf 'AttributeDeny=slurm.job.priority'
    changed=$(tail -n 1 "$JOBS")
  fi
  scontrol reconfigure || fail "reconfigure $round"
  # A slurmd that registered while slurmctld was not there does so once more
  # when it is asked to, a hundred seconds later.
  cluster_until 150 cluster_answers || fail "slurmctld and slurmds answer after $round"
  [[ $(agents_of_cluster) == "$before" ]] || fail "the agents are the same after $round" "$before" "$(agents_of_cluster)"
done
pass "$ROUNDS times"
cluster_until 30 more_jobs_than $((3 * round))
touch "$CLUSTER_DIR"/{enough,go}
wait "$STREAM"
ok "all jobs end" cluster_wait_idle 60
is "each daemon has the agent it had" "$(agents_of_cluster)" "$before"
# Started with -D, it keeps its process id even so.
times=1
! cluster_slurm_since 23.11 || times=$((ROUNDS + 1))
is "slurmctld was executed as often as this Slurm does it" \
  "$(grep -c 'slurmctld version .* started' "$CLUSTER_DIR/log/slurmctld.log")" $times
is "no job failed" "$(scontrol -o show job | grep -vE 'JobState=COMPLETED .* ExitCode=0:0 ' | cut -c1-300)" ""

# --- every span, once
jobs=$(jq -Rsc 'split("\n") | map(select(. != ""))' "$JOBS")
ask() {
  cluster_query ". as \$spans | ($(jq -c . <<<"$jobs")) as \$jobs | (map(.attrs[\"slurm.job.id.raw\"] as \$id | {id: \$id, span: .}) | group_by(.id)
    | map({key: .[0].id, value: map(.span)}) | from_entries) as \$of | $1" "${@:2}"
}
INCOMPLETE='$jobs | map(select($of[.] // [] | (named("slurm.job") | length != 1)
  or (named("slurm.phase.queued") | length != 1) or attempt_steps != ["batch"]))'
complete() {
  [[ $(ask "$INCOMPLETE") == "[]" ]]
}
ok "root, queue and batch step of each job are there" cluster_until 30 complete
is "of every job" "$(ask "$INCOMPLETE")" "[]"
wait_ok "and of that which ran through it" "root($long) and phase($long; \"queued\") and steps($long) == [\"0\",\"batch\"]"
wait_ok "and of that which waited through it" "root($waits) and phase($waits; \"queued\") and steps($waits) == [\"batch\"]"
spans_is "no span arrived twice" 'map(select(.copies > 1)) | table' "[]"
spans_is "none lacks its parent" 'orphans | table' "[]"
cluster_wait_drained
is "nothing was lost" "$(cluster_lost)" 0

# --- the new otel.conf
is "what it denies is in the roots before it" \
  "$(ask '[$jobs[] | select((. | tonumber) < ('"$changed"' - 6)) | $of[.] | named("slurm.job")[0].attrs | has("slurm.job.priority")] | length > 0 and all')" true
last=$(tail -n 1 "$JOBS")
spans_ok "and not in those after it" "root($last).attrs | has(\"slurm.job.priority\") | not"

done_testing
