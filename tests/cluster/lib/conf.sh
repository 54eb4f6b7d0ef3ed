# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The private cluster's directory and configuration files.

# shellcheck disable=SC2034 # each is read in another file of the library
cluster_parse_options() {
  cluster_opt_nodes=3
  cluster_opt_cpus=4
  cluster_opt_slurm_conf=
  cluster_opt_otel_conf=
  cluster_opt_has_otel_conf=yes
  cluster_opt_plugstack=
  cluster_opt_slurm_user=$(id -un)
  CLUSTER_PLUGINS=no
  [[ -f $CLUSTER_STAGE/lib/slurm/spank_otel.so ]] && CLUSTER_PLUGINS=yes
  while (($#)); do
    case $1 in
    --nodes) cluster_opt_nodes=$2 && shift ;;
    --cpus) cluster_opt_cpus=$2 && shift ;;
    --slurm-conf) cluster_opt_slurm_conf+=$2$'\n' && shift ;;
    --otel-conf) cluster_opt_otel_conf+=$2$'\n' && shift ;;
    --no-otel-conf) cluster_opt_has_otel_conf=no ;;
    --plugstack) cluster_opt_plugstack+=$2$'\n' && shift ;;
    --slurm-user) cluster_opt_slurm_user=$2 && shift ;;
    --no-plugins) CLUSTER_PLUGINS=no ;;
    *) echo "cluster_start: unknown option $1" >&2 && return 2 ;;
    esac
    shift
  done
}

# Not below $TMPDIR, which may be long: a Unix socket's path ends at 107 bytes.
# 0711, because munged's clients must reach the socket whoever they are.
cluster_make_dir() {
  CLUSTER_DIR=$(mktemp -d /tmp/otel.XXXXXX)
  CLUSTER_TRACES=$CLUSTER_DIR/out/traces.jsonl
  CLUSTER_SPOOL=$CLUSTER_DIR/spool
  chmod 711 "$CLUSTER_DIR"
  (
    umask 022
    cd "$CLUSTER_DIR" && mkdir munge log out run state spool slurmd
    [[ $cluster_opt_slurm_user == "$(id -un)" ]] ||
      chown "$cluster_opt_slurm_user" log out run state spool
  )
  export SLURM_CONF=$CLUSTER_DIR/slurm.conf
  export PATH=$CLUSTER_STAGE/bin:$CLUSTER_STAGE/sbin:$CLUSTER_PATH
}
CLUSTER_PATH=$PATH:/usr/sbin:/sbin

cluster_remove_dir() {
  local CLUSTER_PATIENCE=0
  if [[ -n $CLUSTER_KEEP ]]; then
    echo "cluster: kept $CLUSTER_DIR" >&2
  else
    # Again where one who was just killed still writes into it; what stays is told, but
    # no reason for a test to fail.
    cluster_until 5 rm -rf "$CLUSTER_DIR" 2>/dev/null || rm -rf "$CLUSTER_DIR" || true
  fi
}

cluster_write_conf() {
  local ports
  mapfile -t ports < <(free_ports $((cluster_opt_nodes + 1)))
  CLUSTER_NODES=()
  cluster_slurm_conf "${ports[@]}" >"$CLUSTER_DIR/slurm.conf.default"
  cluster_merge "${cluster_opt_slurm_conf//@DIR@/$CLUSTER_DIR}" <"$CLUSTER_DIR/slurm.conf.default" \
    >"$CLUSTER_DIR/slurm.conf"
  cluster_nodes_conf "${ports[@]:1}" >>"$CLUSTER_DIR/slurm.conf"
  rm "$CLUSTER_DIR/slurm.conf.default"
  # slurmd of new versions wants control groups, and to be the one to divide them
  ! cluster_slurm_since 24.05 || echo CgroupPlugin=disabled >"$CLUSTER_DIR/cgroup.conf"

  : >"$CLUSTER_DIR/plugstack.conf"
  [[ $CLUSTER_PLUGINS == yes ]] || return 0
  [[ $cluster_opt_has_otel_conf == no ]] || cluster_write_otel_conf "$cluster_opt_otel_conf"
  echo "${cluster_opt_plugstack:-optional $CLUSTER_STAGE/lib/slurm/spank_otel.so}" \
    >"$CLUSTER_DIR/plugstack.conf"
}

# cluster_write_otel_conf LINES: the harness's otel.conf with LINES in it.  The
# daemons read it when they start (or on scontrol reconfigure), steps whenever
# they begin or end: it is the old one or the new one, never a part of it.
cluster_write_otel_conf() {
  cluster_merge "$1" >"$CLUSTER_DIR/otel.conf.new" <<END
Endpoint=file:$CLUSTER_TRACES
SpoolDir=$CLUSTER_DIR/spool
BatchTimeout=200ms
RetryInitialDelay=100ms
RetryMaxDelay=1s
LogLevel=debug
END
  mv "$CLUSTER_DIR/otel.conf.new" "$CLUSTER_DIR/otel.conf"
}

# Prints stdin without the lines whose key stands in LINES too, then LINES.
cluster_merge() {
  LINES_GIVEN=$1 awk -F= '
    BEGIN {
      n = split(ENVIRON["LINES_GIVEN"], given, "\n")
      for (i = 1; i <= n; i++) { split(given[i], kv, "="); seen[tolower(kv[1])] = 1 }
    }
    !(tolower($1) in seen)'
  [[ -z $1 ]] || printf '%s\n' "$1"
}

cluster_slurm_conf() {
  cat <<END
ClusterName=demo
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$1
SlurmUser=$cluster_opt_slurm_user
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$CLUSTER_DIR/munge/socket
CredType=cred/munge
PluginDir=$(cluster_plugin_dirs)
PlugStackConfig=$CLUSTER_DIR/plugstack.conf
$(cluster_jobcomp)
StateSaveLocation=$CLUSTER_DIR/state
SlurmdSpoolDir=$CLUSTER_DIR/slurmd/%n
SlurmctldPidFile=$CLUSTER_DIR/run/slurmctld.pid
SlurmdPidFile=$CLUSTER_DIR/run/slurmd.%n.pid
SlurmctldLogFile=$CLUSTER_DIR/log/slurmctld.log
SlurmdLogFile=$CLUSTER_DIR/log/slurmd.%n.log
SlurmctldDebug=info
SlurmdDebug=info
SlurmctldSyslogDebug=quiet
SlurmdSyslogDebug=quiet
$(cluster_loopback_only)
MailProg=/bin/true
MpiDefault=none
SwitchType=switch/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
PropagateResourceLimits=NONE
ReturnToService=2
MinJobAge=300
KillWait=2
SlurmctldTimeout=300
SlurmdTimeout=300
END
}

# cluster_nodes_conf PORT...: a node a port, and a partition of all.
cluster_nodes_conf() {
  local port
  for port; do
    CLUSTER_NODES+=("n$((${#CLUSTER_NODES[@]} + 1))")
    printf 'NodeName=%s NodeHostname=%s NodeAddr=127.0.0.1 Port=%s CPUs=%s State=UNKNOWN\n' \
      "${CLUSTER_NODES[-1]}" "$(hostname -s)" "$port" "$cluster_opt_cpus"
  done
  echo "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP"
}

# Ours first, then the one Slurm was built with.
cluster_plugin_dirs() {
  local dir
  for dir in /usr/lib/*/slurm-wlm /usr/lib/*/slurm /usr/lib64/slurm /usr/lib/slurm \
    /usr/local/lib/slurm; do
    [[ -f $dir/auth_munge.so ]] || continue
    [[ $CLUSTER_PLUGINS == yes ]] && printf '%s:' "$CLUSTER_STAGE/lib/slurm"
    echo "$dir"
    return
  done
  echo "cluster: no Slurm plugins (auth_munge.so) on this machine" >&2
  return 1
}

# jobcomp_otel.so was built, which takes a source tree of the Slurm that runs here.
cluster_has_jobcomp() {
  [[ -f $CLUSTER_STAGE/lib/slurm/jobcomp_otel.so ]]
}

cluster_jobcomp() {
  [[ $CLUSTER_PLUGINS != yes ]] || ! cluster_has_jobcomp || echo JobCompType=jobcomp/otel
}

# Slurm binds to what the host's own name resolves to, or to all addresses: it
# can be kept on 127.0.0.1 only where the name resolves to that.
cluster_loopback_only() {
  local address
  address=$(getent ahostsv4 "$(hostname)" | awk 'NR == 1 { print $1 }')
  [[ $address != 127.0.0.1 ]] || echo CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
}
