#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Receivers, slurmctld, slurmd and agents stop, crash and come back while jobs
# run: in the end every span of every job is there, once or more.
#
# An agent that was killed is started again
#   of slurmctld: when slurmctld starts, and at `scontrol reconfigure`;
#   of slurmd: when slurmd starts.  Slurm 22.05 does not load SPANK plugins anew
#   at a reconfigure, and no hook on a job's path starts a process.
# Until then its spans wait in the spool.  systemd starts it at once.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

declare -A steps_of=() # of each job, what must be there in the end
job=

# begin SCENARIO [COMMAND]: a job on both nodes with a good and a bad step, then
# it waits for go, then COMMAND (default: a third step).  Returns when it waits.
begin() {
  local last=${2:-srun -N2 -n2 true}
  job=$(cluster_submit -N2 --chdir="$CLUSTER_DIR" --job-name="$1" --wrap "
    srun -N2 -n2 true
    srun -N1 -n1 false
    touch half.\$SLURM_JOB_ID
    while ! test -e go.\$SLURM_JOB_ID; do sleep 0.1; done
    $last
    touch over.\$SLURM_JOB_ID")
  steps_of[$job]='["0","1","2","batch"]'
  [[ $last == srun* ]] || steps_of[$job]='["0","1","batch"]'
  cluster_until 60 test -e "$CLUSTER_DIR/half.$job"
}

finish() { # SCENARIO
  touch "$CLUSTER_DIR/go.$job"
  ok "$1: the job ends" cluster_wait_job "$job" 90
}

# everything_of SCENARIO JOB...: root, queue, steps, the failing step's node, in
# one trace without a gap.
everything_of() {
  local scenario=$1 one expression=true
  shift
  for one; do
    expression+=" and root($one) and phase($one; \"queued\") and steps($one) == ${steps_of[$one]}"
    expression+=" and (job($one) | (named(\"slurm.node\") | length == 1) and orphans == [] and (traces | length == 1))"
  done
  wait_ok "$scenario: every span is there" "$expression" 60
}

agents() {
  cluster_agents | cut -d' ' -f1 | paste -sd' '
}

agents_are() {
  [[ $(agents) == "$1" ]]
}
everybody="slurmctld slurmd.n1 slurmd.n2"

# Slurm 22.05 may fail to answer an srun that asks for a step while it reconfigures,
# which then waits for ever, with or without us; for later ones see below.
settled() {
  cluster_slurm_since 23.11 || cluster_answers
}

start_with_plugins --nodes 2
is "each daemon has an agent" "$(agents)" "$everybody"

# --- the file cannot be written
mv "$CLUSTER_DIR/out" "$CLUSTER_DIR/gone"
begin "no file"
finish "no file"
spans_is "no file: nothing arrives" length 0
mv "$CLUSTER_DIR/gone" "$CLUSTER_DIR/out"
everything_of "the file is back" "$job"

# --- slurmctld and reconfigure
# From 23.11 on that is a restart, after which a job waits a minute for its next
# step, with or without us: none then.
last=()
! cluster_slurm_since 23.11 || last=(true)
begin "reconfigure" "${last[@]}"
pids=$(cluster_agents)
ok "reconfigure while a job runs" scontrol reconfigure
cluster_until 30 settled
finish "reconfigure"
is "reconfigure: the agents are the same" "$(cluster_agents)" "$pids"
everything_of "reconfigure" "$job"

# The same after a restart of any version.
begin "slurmctld restarted" true
cluster_stop_slurmctld
cluster_start_slurmctld
finish "slurmctld restarted"
everything_of "slurmctld restarted" "$job"

# Slurm saves its own state every five seconds; what it has not saved, it has
# forgotten after a crash, the whole job if need be.
state_saved() {
  [[ $CLUSTER_DIR/state/job_state -nt $CLUSTER_DIR/half.$job ]]
}

begin "slurmctld killed" true
scontrol update job="$job" Comment=changed
ok "slurmctld saves the job" cluster_until 20 state_saved
cluster_stop_slurmctld KILL
touch "$CLUSTER_DIR/go.$job"
ok "slurmctld killed: the job ends without it" cluster_until 20 test -e "$CLUSTER_DIR/over.$job"
cluster_start_slurmctld
finish "slurmctld killed"
everything_of "slurmctld killed" "$job"

# --- slurmd
begin "slurmd killed"
cluster_stop_node n1 KILL
cluster_stop_node n2 KILL
cluster_start_nodes
ok "slurmd killed: both come back" cluster_wait_up
finish "slurmd killed"
everything_of "slurmd killed" "$job"
is "slurmd killed: the agents were not" "$(agents)" "$everybody"

# --- agents
cluster_wait_drained
cluster_stop_agents KILL
is "all agents are killed, idle" "$(agents)" ""
begin "agents killed before" "${last[@]}"
ok "reconfigure starts slurmctld's agent" scontrol reconfigure
cluster_until 30 settled
if cluster_slurm_since 23.11; then
  # a slurmd that is reconfigured executes another one, which loads the plugin
  ok "and those of the nodes" cluster_until 20 agents_are "$everybody"
  finish "agents killed before"
else
  ok "which runs" cluster_until 20 agents_are slurmctld
  finish "agents killed before"
  wait_ok "its span arrives" "root($job)"
  spans_is "those of the nodes wait" "steps($job)" "[]"
  for node in n1 n2; do
    cluster_stop_node $node
  done
  cluster_start_nodes
  ok "a restart of slurmd starts its agent" cluster_until 20 agents_are "$everybody"
fi
everything_of "agents killed before the job" "$job"

mv "$CLUSTER_DIR/out" "$CLUSTER_DIR/gone"
begin "agents killed with undelivered spans"
cluster_stop_agents KILL
mv "$CLUSTER_DIR/gone" "$CLUSTER_DIR/out"
finish "agents killed with undelivered spans"
cluster_restart
ok "a restart of all brings all agents back" cluster_until 20 agents_are "$everybody"
everything_of "agents killed with undelivered spans" "$job"

# While they are at work: whatever moment each kill hits.
for round in 1 2 3 4 5; do
  begin "agents killed at work, $round"
  touch "$CLUSTER_DIR/go.$job"
  cluster_stop_agents KILL
  cluster_wait_job "$job"
  scontrol reconfigure
  cluster_until 30 settled
  cluster_stop_agents KILL
done
cluster_restart
everything_of "agents killed at work" "${!steps_of[@]}"

# --- a receiver that says 503
missing=$(receiver_missing)
if [[ -z $missing ]]; then
  cluster_wait_drained
  RECEIVER_PORT=$(free_ports 1)
  cluster_write_otel_conf "Endpoint=http://127.0.0.1:$RECEIVER_PORT"
  cluster_stop_agents TERM
  cluster_restart
  begin "receiver down"
  receiver_start 503
  finish "receiver says 503"
  ok "every agent was told 503" cluster_until 20 eval '(($(receiver_requests 503 | wc -l) >= 3))'
  cluster_stop_agents KILL
  receiver_stop
  receiver_start 200
  spans_is "nothing was accepted" length 0
  cluster_restart
  everything_of "the receiver takes them now" "$job"
else
  skip "a receiver that says 503" "$missing"
fi

done_testing
