# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A private Slurm cluster in one temporary directory: own munged, slurmctld and
# N slurmd on 127.0.0.1, own ports, sockets, keys, state and logs.  Nothing of
# the host's own Slurm or munge is read or written.  For scripts to source:
#
#   . tests/cluster/cluster.sh
#   cluster_start --nodes 3 --otel-conf 'SpoolMaxSize=1MiB'
#   job=$(cluster_submit --wrap hostname)
#   cluster_wait_job "$job"
#   cluster_wait_spans "root($job)"
#   cluster_stop
#
# cluster_start exports SLURM_CONF and a PATH, so every Slurm command that
# follows speaks to this cluster.  Whatever ends the script ends the cluster.
#
# Variables a script may set before it sources this file:
#   CLUSTER_STAGE  where `make install` put the plugins (default build/stage)
#   CLUSTER_KEEP   when not empty, the directory stays for a look afterwards

CLUSTER_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CLUSTER_TOP=$(cd "$CLUSTER_LIB/../.." && pwd)
: "${CLUSTER_STAGE:=$CLUSTER_TOP/build/stage}"
: "${CLUSTER_KEEP:=}"

CLUSTER_DIR=        # everything of this cluster; empty: none is up
CLUSTER_TRACES=     # the file the agents export to
CLUSTER_SPOOL=      # SpoolDir; a test that moves it in otel.conf says so here
CLUSTER_PLUGINS=    # yes or no: ours are loaded
CLUSTER_NODES=()    # n1 n2 ...
declare -A CLUSTER_PID=()  # munged, slurmctld, slurmd.n1 ... -> process id

# shellcheck source=tests/lib/server.sh
. "$CLUSTER_LIB/../lib/server.sh"
# shellcheck source=tests/cluster/lib/conf.sh
. "$CLUSTER_LIB/lib/conf.sh"
# shellcheck source=tests/cluster/lib/daemons.sh
. "$CLUSTER_LIB/lib/daemons.sh"
# shellcheck source=tests/cluster/lib/jobs.sh
. "$CLUSTER_LIB/lib/jobs.sh"
# shellcheck source=tests/cluster/lib/spans.sh
. "$CLUSTER_LIB/lib/spans.sh"
# shellcheck source=tests/cluster/lib/receiver.sh
. "$CLUSTER_LIB/lib/receiver.sh"

# cluster_start [--nodes N] [--cpus N] [--slurm-conf LINES] [--otel-conf LINES]
#               [--no-otel-conf] [--plugstack LINES] [--no-plugins]
#               [--slurm-user NAME]
# LINES replace the harness's own lines with the same key, and add to them.
# In those of slurm.conf @DIR@ is the cluster's directory.
# --plugstack replaces the line that loads spank_otel.so.
# --slurm-user wants root: slurmctld and the agents run as that user.
cluster_start() {
  local attempt
  cluster_stop
  cluster_parse_options "$@"
  for attempt in 1 2 3; do
    cluster_make_dir
    cluster_write_conf
    cluster_start_munged && cluster_start_slurmctld && cluster_start_nodes &&
      cluster_wait_up 30 && return 0
    # Somebody took a port between our look and the bind: choose others.
    grep -qs 'Address already in use' "$CLUSTER_DIR"/log/* || break
    cluster_stop
  done
  echo "cluster: did not come up (attempt $attempt)" >&2
  cluster_logs
  return 1
}

# Stops everything, by process id, whatever state it is in.  Idempotent.
cluster_stop() {
  [[ -n $CLUSTER_DIR ]] || return 0
  cluster_stop_daemons
  cluster_stop_agents TERM
  cluster_stop_stray_agents
  cluster_stop_steps
  receiver_stop
  cluster_remove_dir
  CLUSTER_DIR=
  RECEIVER_DIR=
  RECEIVER_PORT=
  CLUSTER_PID=()
}

# The end of every daemon's log and of the configuration, for a failed test.
# Without what a daemon logs to stderr (*.out) as well, and munged's chatter.
cluster_logs() {
  local file text
  [[ -n $CLUSTER_DIR ]] || return 0
  for file in "$CLUSTER_DIR"/otel.conf "$CLUSTER_DIR"/log/*; do
    text=$(grep -svE '^(slurm(ctl)?d: |munged: (Info|Notice))' "$file" |
      tail -n "${CLUSTER_LOG_LINES:-40}") || true
    [[ -z $text ]] || printf -- '--- %s\n%s\n' "${file#"$CLUSTER_DIR"/}" "$text"
  done >&2
}

# Ends the cluster with the script, and keeps the script's exit status.  A
# script with an EXIT trap of its own calls cluster_stop from it.
trap cluster_stop EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
