# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Start and stop of the private cluster's processes, each by its process id.
# Daemons run in the foreground of a session of their own (as their systemd
# units run them), so $! is theirs and a Ctrl-C on the terminal is not.
# shellcheck disable=SC2153 # CLUSTER_DIR is set in cluster.sh

: "${CLUSTER_PATIENCE:=150}" # see cluster_until

cluster_spawn() { # NAME COMMAND...
  local name=$1
  shift
  setsid "$@" </dev/null >>"$CLUSTER_DIR/log/$name.out" 2>&1 &
  CLUSTER_PID["$name"]=$!
  disown $!
  # Until it is what was asked for, and no longer our fork or setsid.
  cluster_until 5 cluster_spawned "$!" "$1"
}

cluster_slurm_version() {
  local version
  version=$(PATH=$CLUSTER_PATH slurmctld -V) # slurm-wlm 22.05.8
  echo "${version##* }"
}

# cluster_slurm_since 23.11: the Slurm that runs here is that release or a later one.
cluster_slurm_since() {
  printf '%s\n' "$1" "$(cluster_slurm_version)" | sort -VC
}

cluster_spawned() { # PID NAME
  cluster_is "$1" "$2" || [[ ! -d /proc/$1 ]]
}

# --force: munged warns about a directory below the user's own, and goes on.
cluster_start_munged() {
  local dir=$CLUSTER_DIR/munge
  (umask 077 && head -c 128 /dev/urandom >"$dir/key")
  cluster_spawn munged munged --foreground --force --socket="$dir/socket" \
    --key-file="$dir/key" --pid-file="$dir/pid" --seed-file="$dir/seed" \
    --log-file="$CLUSTER_DIR/log/munged.log" --origin=127.0.0.1 --num-threads=2
  cluster_until 10 test -S "$dir/socket"
}

cluster_start_slurmctld() {
  local port
  port=$(awk -F= '$1 == "SlurmctldPort" { print $2 }' "$SLURM_CONF")
  cluster_spawn slurmctld slurmctld -D
  cluster_until 20 cluster_listens slurmctld "$port"
}

cluster_start_node() {
  cluster_spawn "slurmd.$1" slurmd -D -N "$1"
  cluster_node_listens "$1"
}

# Beside each other.  Each is up only when it listens: slurmctld may still take
# one that was killed for ready.
cluster_start_nodes() {
  local node
  for node in "${CLUSTER_NODES[@]}"; do
    cluster_spawn "slurmd.$node" slurmd -D -N "$node"
  done
  for node in "${CLUSTER_NODES[@]}"; do
    cluster_node_listens "$node" || return
  done
}

cluster_node_listens() { # NODE
  local port
  port=$(sed -n "s/^NodeName=$1 .* Port=\([0-9]*\) .*/\1/p" "$SLURM_CONF")
  cluster_until 20 cluster_listens "slurmd.$1" "$port"
}

# Returns 2, which ends the wait, when the daemon died.
cluster_listens() { # NAME PORT
  cluster_alive "$1" || return 2
  awk -v port="$(printf ':%04X' "$2")" \
    '$4 == "0A" && index($2, port) { found = 1 } END { exit !found }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# Waits until every node has registered and takes jobs.
cluster_wait_up() { # [SECONDS]
  cluster_until "${1:-30}" cluster_nodes_ready
}

cluster_nodes_ready() {
  local name
  for name in "${!CLUSTER_PID[@]}"; do
    cluster_alive "$name" || return 2
  done
  # once a node, whatever the number of its partitions
  [[ $(sinfo -h -N -o '%N %T' 2>/dev/null | sort -u | grep -cE ' (idle|mixed|allocated|completing)$') -eq ${#CLUSTER_NODES[@]} ]]
}

# After a reconfigure: slurmctld answers, and has its nodes.
cluster_answers() {
  scontrol ping 2>/dev/null | grep ' UP' >/dev/null && cluster_nodes_ready
}

# cluster_until SECONDS COMMAND...: runs it every 50 ms until it succeeds, or
# fails for good with status 2.  CLUSTER_PATIENCE at least: what a cluster does in a
# second takes long where others run beside it.  srun asks for a step again after a
# minute and more, slurmctld for a node, too, and a slurmd that registered in vain
# does so again after 100 s.  Patience costs no time where all is well.
cluster_until() {
  local seconds=$(($1 > CLUSTER_PATIENCE ? $1 : CLUSTER_PATIENCE)) status
  local deadline=$((${EPOCHREALTIME/./} + seconds * 1000000))
  shift
  while :; do
    status=0
    "$@" || status=$?
    ((status == 0)) && return 0
    ((status == 2 || ${EPOCHREALTIME/./} > deadline)) && return 1
    sleep 0.05
  done
}

cluster_alive() { # NAME
  [[ -n ${CLUSTER_PID[$1]:-} ]] || return 1
  cluster_is "${CLUSTER_PID[$1]}" "${1%%.*}" || cluster_succeeded "$1"
}

# Since 23.11 a daemon that is reconfigured executes another one and ends; that
# one is in the daemon's own pid file.
cluster_succeeded() { # NAME
  local pid=
  { read -r pid <"$CLUSTER_DIR/run/$1.pid"; } 2>/dev/null || [[ -n $pid ]] || return 1
  [[ $pid =~ ^[0-9]+$ && $pid != "${CLUSTER_PID[$1]}" ]] || return 1
  cluster_is "$pid" "${1%%.*}" || return 1
  CLUSTER_PID["$1"]=$pid
}

# Whether process PID runs the program NAME (Debian: NAME-wlm): a process id may
# have been given to somebody else since.
cluster_is() { # PID NAME
  local exe stat
  if exe=$(readlink "/proc/$1/exe" 2>/dev/null); then
    exe=${exe% (deleted)}
    [[ ${exe##*/} == "$2" || ${exe##*/} == "$2-wlm" ]]
  else
    # An agent is not dumpable, which hides its exe from all but root.  A zombie
    # has none.
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null &&
      [[ $stat == "$1 (${2:0:15}) "[!ZX]* ]]
  fi
}

cluster_is_not() {
  ! cluster_is "$@"
}

# cluster_kill PID NAME [SIGNAL] [SECONDS]: signals the process if it is NAME,
# waits until it is gone, and kills what will not go.
cluster_kill() {
  local CLUSTER_PATIENCE=0
  cluster_is "$1" "$2" || return 0
  kill -s "${3:-TERM}" "$1" 2>/dev/null || true
  cluster_until "${4:-20}" cluster_is_not "$1" "$2" && return 0
  echo "cluster: $2 ($1) does not end: killed" >&2
  kill -s KILL "$1" 2>/dev/null || true
  cluster_until 5 cluster_is_not "$1" "$2"
}

# A slurmctld has a minute: it saves its state when the requests at hand are answered,
# for which it waits half of one.
cluster_stop_daemon() { # NAME [SIGNAL]
  local seconds=20
  cluster_alive "$1" || true
  [[ -n ${CLUSTER_PID[$1]:-} ]] || return 0
  [[ $1 != slurmctld* ]] || seconds=60
  cluster_kill "${CLUSTER_PID[$1]}" "${1%%.*}" "${2:-TERM}" "$seconds"
  unset "CLUSTER_PID[$1]"
}

cluster_stop_slurmctld() { # [SIGNAL]
  cluster_stop_daemon slurmctld "${1:-TERM}"
}

# Everything but munged stops, and starts again with what otel.conf says now.
# slurmd first: it does not end while it waits for slurmctld.
cluster_restart() {
  local node
  for node in "${CLUSTER_NODES[@]}"; do
    cluster_stop_node "$node"
  done
  cluster_stop_slurmctld
  cluster_start_slurmctld && cluster_start_nodes && cluster_wait_up
}

cluster_stop_node() { # NODE [SIGNAL]
  cluster_stop_daemon "slurmd.$1" "${2:-TERM}"
}

# All at once: each takes a while to end.  munged last: the others need it.
cluster_stop_daemons() {
  local name
  for name in "${!CLUSTER_PID[@]}"; do
    [[ $name != munged ]] && cluster_alive "$name" && kill "${CLUSTER_PID[$name]}" 2>/dev/null
  done
  for name in "${!CLUSTER_PID[@]}"; do
    [[ $name == munged ]] || cluster_stop_daemon "$name"
  done
  cluster_stop_daemon munged
}

# Prints "DAEMON PID" for each agent that runs: slurmctld 123, slurmd.n1 124.
cluster_agents() {
  local file pid=
  for file in "$CLUSTER_SPOOL"/*/agent.pid; do
    { read -r pid <"$file"; } 2>/dev/null || [[ -n $pid ]] || continue
    [[ $pid =~ ^[0-9]+$ ]] || continue
    cluster_is "$pid" slurm-otel-agent || continue
    printf '%s %s\n' "$(basename "$(dirname "$file")")" "$pid"
  done
}

# cluster_stop_agents SIGNAL: TERM lets each finish its batch.
cluster_stop_agents() {
  local name pid
  while read -r name pid; do
    cluster_kill "$pid" slurm-otel-agent "$1" 3
  done < <(cluster_agents)
}

# Those of spools that otel.conf does not name any more too.
cluster_stop_stray_agents() {
  local file pid
  while read -r file; do
    { read -r pid <"$file"; } 2>/dev/null || continue
    [[ ! $pid =~ ^[0-9]+$ ]] || cluster_kill "$pid" slurm-otel-agent TERM 6
  done < <(find "$CLUSTER_DIR" -name agent.pid)
}

# Whether a process is of this cluster: by the SLURM_CONF in its environment, or,
# since slurmstepd of 24.11 writes its title over that, by the log it has open.
cluster_owns() { # PID
  grep -qsxzF "SLURM_CONF=$SLURM_CONF" "/proc/$1/environ" ||
    [[ -n $(find "/proc/$1/fd" -lname "$CLUSTER_DIR/log/*" -print -quit 2>/dev/null) ]]
}

# What still runs of jobs: steps outlive slurmd on purpose.  What was being started
# is seen in the next round only.
cluster_stop_steps() {
  local CLUSTER_PATIENCE=0
  cluster_until 10 cluster_no_steps || true
}

# Kills what it finds; succeeds when that is nothing.
cluster_no_steps() {
  local pid left=
  for pid in /proc/[0-9]*; do
    pid=${pid#/proc/}
    cluster_is "$pid" slurmstepd || grep -qsz ^SLURM_JOB_ID= "/proc/$pid/environ" || continue
    cluster_owns "$pid" || continue
    kill -s KILL "$pid" 2>/dev/null || true
    left=yes
  done
  [[ -z $left ]]
}
