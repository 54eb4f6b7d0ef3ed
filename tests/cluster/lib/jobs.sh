# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Jobs on the private cluster: submit, wait, ask.

# cluster_submit SBATCH-OPTIONS...: prints the job id.  Output goes to
# <cluster directory>/job.<id>.out unless the options say otherwise.
cluster_submit() {
  sbatch --parsable --output="$CLUSTER_DIR/job.%A.out" "$@"
}

# cluster_script NAME: writes stdin as an executable batch script, prints its path.
cluster_script() {
  local file=$CLUSTER_DIR/$1.sh
  {
    echo '#!/bin/bash'
    cat
  } >"$file"
  chmod 755 "$file"
  echo "$file"
}

# Without what srun tells of a step that had to wait for its processors.
cluster_job_output() { # JOB
  sed -E '/^srun: (Job (step|[0-9]+ step) creation (temporarily|still) disabled|Step created for)/d' "$CLUSTER_DIR/job.$1.out"
}

# cluster_job_field JOB FIELD: one value of `scontrol show job`; of the first
# task, of an array.  AdminComment may hold blanks, so it is looked for by line.
cluster_job_field() {
  local text
  text=$(scontrol show job "$1") || return
  if [[ $2 == AdminComment ]]; then
    sed -n 's/^ *AdminComment=\(.*[^ ]\) *$/\1/p' <<<"$text" | head -n 1
  else
    tr ' ' '\n' <<<"$text" | sed -n "s/^$2=//p" | head -n 1
  fi
}

# cluster_wait_job JOB [SECONDS]: until it (each task, of an array) has ended and
# left its nodes.  Fails early, and says why, when the cluster cannot run it.
cluster_wait_job() {
  local job=$1
  cluster_until "${2:-60}" cluster_job_ended "$job" && return 0
  echo "cluster: job $job did not end; nodes and job:" >&2
  sinfo -N -o '%N %T %E' >&2 || true
  scontrol show job "$job" >&2 || true
  cluster_logs
  return 1
}

cluster_job_ended() {
  local states
  # the lines of a --wrap, which 26.05 shows as they were given, tell nothing
  states=$(scontrol -o show job "$1" 2>/dev/null | grep -a ' JobState=') || return 1
  if ! grep -aqvE 'JobState=(COMPLETED|FAILED|CANCELLED|TIMEOUT|NODE_FAIL|OUT_OF_MEMORY|DEADLINE|BOOT_FAIL|PREEMPTED)' <<<"$states"; then
    return 0
  fi
  # A failed launch requeues for two minutes, a failed prolog drains the node:
  # neither is worth the wait.
  ! grep -aqiE 'Reason=(launch_failed|launch failed|JobHeld|BadConstraints)' <<<"$states" &&
    ! sinfo -h -N -o %T 2>/dev/null | grep -q '^drain' || return 2
  return 1
}

# cluster_wait_running JOB [SECONDS]
cluster_wait_running() {
  cluster_until "${2:-30}" cluster_job_is "$1" RUNNING
}

cluster_job_is() { # JOB STATE
  [[ $(cluster_job_field "$1" JobState) == "$2" ]]
}

# cluster_wait_idle [SECONDS]: no job pending, running or completing.
cluster_wait_idle() {
  cluster_until "${1:-60}" cluster_queue_empty
}

cluster_queue_empty() {
  local queue
  queue=$(squeue -h 2>/dev/null) && [[ -z $queue ]]
}
