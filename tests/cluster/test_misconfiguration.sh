#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A configuration that is missing or wrong, a spool that can not be written, a
# full disk: jobs run exactly as without the plugins, and each daemon says what
# is wrong, once.

# File systems are mounted, /var/spool among them: not where others see it.
if [[ -z ${MOUNTS_ARE_OURS+set} ]] && unshare -m true 2>/dev/null; then
  MOUNTS_ARE_OURS=yes exec unshare -m "$BASH" "$0" "$@"
fi
: "${MOUNTS_ARE_OURS=}"
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

# --- what users see

# Of a command: its output, its errors, its exit status.  Not job ids, which
# grow, nor which task was first, nor how long an allocation had to wait.
seen() {
  local status=0
  cluster_wait_idle
  "$@" >"$CLUSTER_DIR/stdout" 2>"$CLUSTER_DIR/stderr" || status=$?
  echo "$1 ends with $status"
  sed -E 's/job [0-9]+/job N/' "$CLUSTER_DIR/stdout" | sort
  grep -vE 'queued and waiting|has been (allocated|revoked)|Pending job|[Ss]tep creat' "$CLUSTER_DIR/stderr" |
    sed -E 's/^/  /; s/allocation [0-9]+/allocation N/; s/tasks? [0-9-]+/tasks N/' | sort -u
}

batch_job() {
  sbatch -n2 --output="$CLUSTER_DIR/batch.out" --error="$CLUSTER_DIR/batch.err" \
    --wrap 'echo out; echo err >&2; srun -n2 sh -c "echo task; echo oops >&2"; exit 3'
}

users_see() {
  seen batch_job
  cluster_wait_idle
  sort "$CLUSTER_DIR/batch.out" "$CLUSTER_DIR/batch.err"
  seen srun -n2 sh -c 'echo out; echo err >&2'
  seen srun -n2 false
  seen salloc -n2 sh -c 'srun -n2 sh -c "echo in; exit 2"; echo $?; exit 7'
}

names_in_environment() {
  srun -n1 env -0 | tr '\n\0' ' \n' | cut -d= -f1 | sort
}

# --- what administrators see

said_by() { # DAEMON: the lines of ours in its log, without their time
  sed -n 's/^\[[^]]*\] \(.*otel: .*\)/\1/p' "$CLUSTER_DIR/log/$1.log"
}

restart_with() { # OTEL-CONF-LINES
  cluster_stop_agents TERM
  cluster_write_otel_conf "$1"
  restart
}

restart() {
  cluster_stop_node n1
  cluster_stop_slurmctld
  rm -f "$CLUSTER_DIR"/log/slurm*.log
  cluster_restart
}

# tracing_off NAME OTEL-CONF-LINE EXPECTED: nothing is traced, the daemons say
# why, and that is all that anybody notices.
tracing_off() {
  restart_with "$2"
  jobs_are_as_without "$1"
  is "$1: nor does their environment" "$(names_in_environment)" "$names_without"
  for daemon in slurmctld slurmd.n1; do
    like "$1: $daemon says it" "$(said_by $daemon)" "otel: tracing is off: $3"
    is "$1: $daemon says it once" "$(said_by $daemon | wc -l)" 1
  done
}

jobs_are_as_without() {
  is "$1: jobs show no difference" "$(users_see)" "$without"
}

# spool_unusable NAME DIRECTORY EXPECTED: the spans are lost, and the daemons
# say so: slurmctld once, slurmd once and for each step that lost its span.
spool_unusable() {
  restart_with "SpoolDir=$2"
  jobs_are_as_without "$1"
  for daemon in slurmctld slurmd.n1; do
    like "$1: $daemon says it" "$(said_by $daemon | head -n 1)" "error: otel: no spool, the spans of .* are lost: .*$3"
  done
  is "$1: slurmctld says the loss once, not for each job" \
    "$(said_by slurmctld | tail -n +2 | sed 's/job [0-9]*: its spans are lost.*/lost/')" "error: otel: lost"
  is "$1: slurmd says it for what is lost only" \
    "$(said_by slurmd.n1 | tail -n +2 | grep -v 'span dropped: ')" ""
}

cluster_start --no-plugins --nodes 1
without=$(users_see)
names_without=$(names_in_environment)
cluster_stop
like "without the plugins jobs work" "$without" 'srun ends with 1'

start_with_plugins --nodes 1
jobs_are_as_without "tracing"
isnt "tracing: tasks do have a TRACEPARENT" "$(names_in_environment)" "$names_without"

# --- otel.conf
conf=$CLUSTER_DIR/otel.conf
tracing_off "an unknown key" Endpont=file:/tmp/x "$conf:[0-9]+: Endpont: unknown key \(did you mean Endpoint\?\)"
tracing_off "a bad value" BatchTimeout=soon "$conf:[0-9]+: BatchTimeout: "
tracing_off "Enabled=no" Enabled=no "Enabled=no"

# What goes wrong while slurmd runs is said by the steps: they lose something.
restart_with ""
echo "Endpont=file:/tmp/x" >>"$conf"
srun -n1 true
like "a mistake made later: the step says it" "$(said_by slurmd.n1 | tail -n 1)" "otel: tracing is off: $conf:[0-9]+: Endpont"

if [[ $MOUNTS_ARE_OURS ]] && mount -t tmpfs none /var/spool; then
  CLUSTER_SPOOL=/var/spool/slurm-otel
  rm "$conf"
  cluster_stop_agents TERM
  restart
  jobs_are_as_without "no otel.conf"
  for daemon in slurmctld slurmd.n1; do
    is "no otel.conf: $daemon says it, and goes on with the defaults" "$(said_by $daemon)" \
      "otel: $conf can not be read, every key has its default: No such file or directory
otel: tracing is on, spool $CLUSTER_SPOOL/$daemon"
  done
  is "no otel.conf: agents run all the same" "$(cluster_agents | cut -d' ' -f1 | paste -sd' ')" "slurmctld slurmd.n1"
  cluster_stop_agents TERM
  umount -l /var/spool
else
  skip "no otel.conf" "no mounts: the default spool is /var/spool/slurm-otel"
fi

# --- the spool
CLUSTER_SPOOL=$CLUSTER_DIR/unusable
touch "$CLUSTER_SPOOL"
spool_unusable "SpoolDir is a file" "$CLUSTER_SPOOL" "SpoolDir $CLUSTER_SPOOL: Not a directory"
spool_unusable "SpoolDir below a missing directory" "$CLUSTER_SPOOL.no/such" "SpoolDir $CLUSTER_SPOOL.no/such: No such file or directory"

disk=$CLUSTER_DIR/disk
mkdir "$disk"
CLUSTER_SPOOL=$disk/spool
if [[ $MOUNTS_ARE_OURS ]] && mount -t tmpfs -o ro none "$disk"; then
  spool_unusable "SpoolDir on a read-only disk" "$CLUSTER_SPOOL" "SpoolDir $CLUSTER_SPOOL: Read-only file system"
  umount "$disk"
else
  skip "SpoolDir on a read-only disk" "no mounts"
fi

# --- a full disk
if [[ $MOUNTS_ARE_OURS ]] && mount -t tmpfs -o size=256k none "$disk"; then
  restart_with "SpoolDir=$CLUSTER_SPOOL"
  before=$(cluster_submit --wrap 'srun -n1 true')
  cluster_wait_job "$before"
  wait_ok "a small disk: spans arrive" "root($before) and steps($before) == [\"0\", \"batch\"]"
  cluster_wait_drained
  not_ok "until it is full" dd if=/dev/zero of="$disk/filler" bs=4k
  jobs_are_as_without "a full disk"
  for daemon in slurmctld slurmd.n1; do
    like "a full disk: $daemon says it" "$(said_by $daemon)" "lost|dropped.*No space left on device"
  done
  is "a full disk: slurmctld says it once" "$(said_by slurmctld | grep -c 'its spans are lost')" 1
  is "a full disk: slurmd says no more than what is lost" \
    "$(said_by slurmd.n1 | tail -n +2 | grep -vE 'No space left on device')" ""
  rm "$disk/filler"
  after=$(cluster_submit --wrap 'srun -n1 true')
  cluster_wait_job "$after"
  wait_ok "room again: every span arrives" "root($after) and steps($after) == [\"0\", \"batch\"]"
  spans_is "with its parent" "job($after) | orphans | table" "[]"
  like "and slurmctld says that" "$(said_by slurmctld | tail -n 1)" 'spans are written again; those of [0-9]+ more jobs were lost'
  cluster_stop_daemon slurmd.n1
  cluster_stop_slurmctld
  cluster_stop_agents TERM
  umount -l "$disk"
else
  skip "a full disk" "no mounts"
fi

done_testing
