#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A configless node: slurmd has nothing but what slurmctld sends it, there is no
# otel.conf, and all keys are arguments in plugstack.conf.

# slurmd makes /run/slurm, asks munge at its usual place, and must not find a
# slurm.conf of this machine's: all of that in a mount namespace of our own.
if [[ -z ${MOUNTS_ARE_OURS+set} ]]; then
  unshare -m true 2>/dev/null || {
    echo '1..0 # SKIP no mount namespace: a configless slurmd writes to /run'
    exit 0
  }
  MOUNTS_ARE_OURS=yes exec unshare -m "$BASH" "$0" "$@"
fi
. "$(dirname "$0")/lib/test.sh"
unset TRACEPARENT TRACESTATE BAGGAGE
needs_jobcomp

missing=$(receiver_missing)
[[ -z $missing ]] || {
  echo "1..0 # SKIP $missing"
  exit 0
}
mount -t tmpfs none /run
[[ ! -d /etc/slurm ]] || mount -t tmpfs none /etc/slurm

eval "harness_$(declare -f cluster_write_conf)"

plugstack() { # TOKEN [KEY=VALUE...]: with that token in a header
  local token=$1
  shift
  echo "optional $CLUSTER_STAGE/lib/slurm/spank_otel.so Endpoint=http://127.0.0.1:$RECEIVER_PORT" \
    "Headers=x-token=$token SpoolDir=$CLUSTER_SPOOL AgentUser=root BatchTimeout=200ms LogLevel=debug $*" \
    >"$CLUSTER_DIR/plugstack.conf"
}

# slurmctld's own otel.conf is where no node looks.
cluster_write_conf() {
  harness_cluster_write_conf
  receiver_start 200
  sed -i '/^PlugStackConfig=/d' "$SLURM_CONF"
  echo "Endpoint=http://127.0.0.1:$RECEIVER_PORT" >>"$CLUSTER_DIR/otel.conf"
  CLUSTER_SPOOL=$CLUSTER_DIR/node/spool
  mkdir -p "$CLUSTER_DIR/node" /run/munge
  ln -sfn "$CLUSTER_DIR/munge/socket" /run/munge/munge.socket.2
  plugstack first
}

ctld_port() {
  awk -F= '$1 == "SlurmctldPort" { print $2 }' "$CLUSTER_DIR/slurm.conf"
}

# Only slurmctld is told where slurm.conf is.
cluster_start_nodes() {
  local conf=$SLURM_CONF port
  port=$(ctld_port)
  unset SLURM_CONF
  cluster_spawn slurmd.n1 slurmd -D -N n1 --conf-server "127.0.0.1:$port"
  export SLURM_CONF=$conf
}

as_on_the_node() {
  env -u SLURM_CONF "$@"
}

# The tokens that came with the node's spans of a job.
tokens() { # JOB
  local body text
  for body in $(receiver_requests 200); do
    text=$(receiver_text "$body" | tr -d ' \n')
    [[ $text != *'"slurmd.n1@'* || $text != *"\"slurm.job.id\"value{string_value:\"$1\"}"* ]] ||
      receiver_header "$body" x-token
  done | sort -u | paste -sd' '
}

agent_pid() {
  cluster_agents | sed -n 's/^slurmd.n1 //p'
}

run_job() { # sets job
  job=$(as_on_the_node sbatch --parsable -o "$CLUSTER_DIR/job.out" --wrap 'srun -n1 env')
  cluster_wait_job "$job"
  wait_ok "$1" "root($job) and steps($job) == [\"0\", \"batch\"] and (job($job) | traces | length == 1)"
}

restart_with() { # ARGUMENTS...
  plugstack "$@"
  scontrol reconfigure
  cluster_until 20 scontrol ping >/dev/null
  cluster_stop_node n1
  cluster_start_nodes
  cluster_wait_up
}

start_with_plugins --nodes 1 --slurm-conf 'SlurmctldParameters=enable_configless'
cache=$CLUSTER_DIR/slurmd/n1/conf-cache
ok "slurmd got plugstack.conf from slurmctld" cmp "$CLUSTER_DIR/plugstack.conf" "$cache/plugstack.conf"
ok "and no otel.conf" test ! -e "$cache/otel.conf"
like "it says what it goes by" "$(<"$CLUSTER_DIR/log/slurmd.n1.log")" \
  "otel: $cache/otel.conf can not be read, plugstack.conf alone is heeded"

run_job "the spans of a job go where an argument says"
is "with a header that an argument gives" "$(tokens "$job")" first
first=$(agent_pid)
isnt "its agent runs" "$first" ""
is "nobody can read the token from /proc" "$(cat "/proc/$first/cmdline" "/proc/$first/environ" | tr '\0' '\n' | grep -c x-token)" 0
is "only the agent can read it from the spool" "$(stat -c '%U %a' "$CLUSTER_SPOOL/slurmd.n1/arguments")" "$(id -un) 640"
ok "a task sees the trace" grep -q "^TRACEPARENT=" "$CLUSTER_DIR/job.out"

status=$(as_on_the_node slurm-otel status)
like "status knows the spool from plugstack.conf" "$status" "slurmd.n1 +pid $first "
ok "so does detail" as_on_the_node slurm-otel detail on --for 1m
ok "which leaves its wish there" test -e "$CLUSTER_SPOOL/slurmd.n1/detail"
as_on_the_node slurm-otel detail off >/dev/null
check=$(as_on_the_node slurm-otel check) || true
like "check shows what is an argument" "$check" "SpoolDir +$CLUSTER_SPOOL +argument +plugstack.conf"
is "and no token" "$(grep -c first <<<"$check")" 0

# --- a login node without a slurmd, which asks slurmctld itself
mv /run/slurm/conf /run/slurm/conf.off
job=$(as_on_the_node env "SLURM_CONF_SERVER=127.0.0.1:$(ctld_port)" sbatch --parsable -o /dev/null \
  --trace-attr=from=login --wrap 'srun -n1 true')
mv /run/slurm/conf.off /run/slurm/conf
cluster_wait_job "$job"
wait_ok "a job of a login node has its trace" "root($job) and steps($job) == [\"0\", \"batch\"]"
spans_is "which its sbatch began" "root($job).attrs.from" login

# --- new arguments
restart_with second Detail=node
run_job "slurmd was started again with other arguments: a job's spans arrive"
spans_ok "the plugin has them" "job($job) | named(\"slurm.node\") | length > 0"
is "the agent too" "$(tokens "$job")" second
is "and it is the one that ran before" "$(agent_pid)" "$first"

# --- an agent that somebody else starts
cluster_stop_agents TERM
agent_ended() {
  [[ -z $(agent_pid) ]]
}
cluster_until 10 agent_ended
job=$(as_on_the_node sbatch --parsable -o /dev/null --wrap 'srun -n1 true')
cluster_wait_job "$job"
ok "an agent that slurmd did not start has them" as_on_the_node slurm-otel-agent --once --spool "$CLUSTER_SPOOL/slurmd.n1"
is "its header too" "$(tokens "$job")" second

# --- an agent that runs, and Enabled=no
agent_runs() {
  [[ -n $(agent_pid) ]]
}
restart_with third
ok "an agent runs" cluster_until 10 agent_runs
restart_with third Enabled=no
ok "it ends when an argument says Enabled=no" cluster_until 10 agent_ended
like "and says so" "$(cat "$CLUSTER_SPOOL"/slurmd.n1/agent.log* "$CLUSTER_DIR"/log/* 2>/dev/null)" \
  "Enabled=no: the agent ends"
restart_with fourth
run_job "and tracing is on again without it"
is "with the new arguments" "$(tokens "$job")" fourth

done_testing
