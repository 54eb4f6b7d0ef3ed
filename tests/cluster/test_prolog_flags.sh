#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Options of Slurm that change who runs our hooks, and where: PrologFlags,
# control groups, job_container/tmpfs and contain_spank.  doc/slurm_versions.md
# has the table that this proves; RunInJob has a script of its own.
. "$(dirname "$0")/lib/test.sh"
unset TRACEPARENT TRACESTATE BAGGAGE
needs_jobcomp

# same_trace NAME: a batch job of two nodes with a good step, a task that fails
# and a step beside it has just the spans that it has without any option.
same_trace() {
  local job
  job=$(cluster_submit -N2 -n2 --wrap 'srun bash -c "echo \$TRACEPARENT"; srun bash -c "exit \$SLURM_PROCID"; srun -N1 -n1 --overlap sleep 0.5 & srun -N1 -n1 --overlap true; wait')
  ok "$1: a job ends" cluster_wait_job "$job"
  wait_ok "$1: it has root, queue, setup and steps" \
    "root($job) and phase($job; \"queued\") and phase($job; \"setup\") and steps($job) == [\"0\",\"1\",\"2\",\"3\",\"batch\"]"
  wait_ok "$1: the task that failed, and nothing else" \
    "job($job) | (named(\"slurm.task\") + named(\"slurm.node\")) | map([.name, .attrs[\"slurm.step.id\"], .status]) | sort
      | . == [[\"slurm.node\",\"1\",\"error\"],[\"slurm.task\",\"1\",\"error\"]]"
  spans_is "$1: its tasks found their step" \
    "step($job; 0) | \"\(.trace)-\(.id)\"" "$(cluster_job_output "$job" | sed -n 's/^00-\([0-9a-f]*-[0-9a-f]*\)-.*/\1/p' | sort -u)"
  spans_is "$1: in one sound tree" "job($job) | faults([]; 15)" "[]"
  spans_ok "$1: a step says what it used" "step($job; 2).attrs[\"slurm.step.max_rss\"] > 0"
}

agents_outlive_jobs() { # NAME
  local name pid
  is "$1: the agents are there" "$(cluster_agents | cut -d' ' -f1 | paste -sd' ')" "slurmctld slurmd.n1 slurmd.n2"
  while read -r name pid; do
    not_ok "$1: that of $name is in no job's control group" grep -E '/(job|step)_' "/proc/$pid/cgroup"
  done < <(cluster_agents)
}

# --- Alloc; Contain has an extern step on each node, of which nobody is told
start_with_plugins --nodes 2 --slurm-conf 'PrologFlags=Contain,Alloc'
same_trace "Contain"
job=$(cluster_submit -N2 -n2 --wrap 'sleep 0.1; true')
cluster_wait_job "$job"
wait_ok "Contain: a job without steps has its spans" "root($job) and phase($job; \"setup\") and steps($job) == [\"batch\"]"
cluster_stop

# --- X11 wants another proctrack
start_with_plugins --nodes 2 --slurm-conf 'PrologFlags=X11
ProctrackType=proctrack/pgid'
same_trace "X11"
cluster_stop

# --- control groups
# A directory of links in the place of /sys/fs/cgroup keeps ours apart.
cgroup_v1() {
  local controller
  [[ $(id -u) == 0 ]] && mkdir "$CGROUPS" || return
  for controller in freezer cpuset memory devices cpuacct; do
    mkdir "/sys/fs/cgroup/$controller/${CGROUPS##*/}" 2>/dev/null || return
    ln -s "/sys/fs/cgroup/$controller/${CGROUPS##*/}" "$CGROUPS/$controller"
  done
  # a cpuset without these takes no process
  cat /sys/fs/cgroup/cpuset/cpuset.cpus >"$CGROUPS/cpuset/cpuset.cpus" &&
    cat /sys/fs/cgroup/cpuset/cpuset.mems >"$CGROUPS/cpuset/cpuset.mems"
}

# Slurm refuses version 2 where any controller is of version 1.
cgroup_v2() {
  [[ $(id -u) == 0 && $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] &&
    CGROUPS=/sys/fs/cgroup/${CGROUPS##*/} && mkdir "$CGROUPS" 2>/dev/null
}

cgroup_end() {
  local link
  for link in "$CGROUPS" "$CGROUPS"/*; do
    [[ ! -d $link ]] || find "$(readlink -f "$link")" -depth -type d -exec rmdir {} \; 2>/dev/null || true
  done
  rm -rf "$CGROUPS" 2>/dev/null || true
}

CGROUPS=$(mktemp -d -u /tmp/otelcg.XXXXXX)
CONTAINERS=$(mktemp -d -u /var/tmp/otelc.XXXXXX)
SHM=$(mktemp -d -u /dev/shm/otel.XXXXXX)
flags_end() {
  test_end
  cgroup_end
  rm -rf --one-file-system "$SHM" "$CONTAINERS"
}
trap flags_end EXIT

# The daemons' configuration has no place in cluster_start's options.
write_beside() { # FILE: what cluster_start writes beside slurm.conf, from stdin
  BESIDE_NAME=$1
  BESIDE_TEXT=$(cat)
}
eval "$(declare -f cluster_write_conf | sed '1s/cluster_write_conf/write_conf_alone/')"
cluster_write_conf() {
  write_conf_alone
  printf '%s\n' "${BESIDE_TEXT//@DIR@/$CLUSTER_DIR}" >"$CLUSTER_DIR/$BESIDE_NAME"
}

if cgroup_v1; then
  write_beside cgroup.conf <<END
CgroupPlugin=cgroup/v1
CgroupMountpoint=$CGROUPS
ConstrainCores=yes
ConstrainRAMSpace=yes
END
  start_with_plugins --nodes 2 --slurm-conf 'PrologFlags=Contain
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup
JobAcctGatherType=jobacct_gather/cgroup'
  same_trace "cgroup/v1"
  agents_outlive_jobs "cgroup/v1"
  cluster_stop
else
  skip "cgroup/v1" "no control groups of version 1 that we may make"
fi
cgroup_end

if cgroup_v2; then
  write_beside cgroup.conf <<END
CgroupPlugin=cgroup/v2
CgroupMountpoint=$CGROUPS
IgnoreSystemd=yes
END
  start_with_plugins --nodes 2 --slurm-conf 'PrologFlags=Contain
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup'
  same_trace "cgroup/v2"
  agents_outlive_jobs "cgroup/v2"
  cluster_stop
else
  skip "cgroup/v2" "control groups are not of version 2 alone here, or not ours"
fi
cgroup_end

# --- job_container/tmpfs: the job has a directory of its own, here the one that
# the spool is in.  With contain_spank two of our hooks run in there.
container() { # NAME [SLURM-CONF]
  write_beside job_container.conf <<END
AutoBasePath=true
BasePath=$CONTAINERS
Dirs=/dev/shm
END
  mkdir -p "$SHM"
  start_with_plugins --nodes 2 --otel-conf "SpoolDir=$SHM" --slurm-conf "PrologFlags=Contain
JobContainerType=job_container/tmpfs
${2:-}"
  CLUSTER_SPOOL=$SHM
  same_trace "$1"
  agents_outlive_jobs "$1"
  cluster_stop_agents TERM
  cluster_stop
  rm -rf --one-file-system "${SHM:?}" "$CONTAINERS"
}

container_missing() {
  if [[ $(id -u) != 0 ]]; then
    echo "only root may make one"
  elif ! mountpoint -q / || [[ -n ${IN_MATRIX:-} ]]; then
    echo "none in a chroot, nor in the name spaces of tests/matrix.sh"
  elif ! cluster_slurm_since 23.02; then
    echo "this Slurm takes all of /tmp for it, where the cluster is"
  fi
}

if [[ -n $(container_missing) ]]; then
  skip "job_container/tmpfs" "$(container_missing)"
else
  container "job_container/tmpfs"
fi
if cluster_slurm_since 24.05 && [[ -z $(container_missing) ]]; then
  container "contain_spank" 'SlurmdParameters=config_overrides,contain_spank'
else
  skip "contain_spank" "no job_container/tmpfs, or a Slurm before 24.05"
fi

done_testing
