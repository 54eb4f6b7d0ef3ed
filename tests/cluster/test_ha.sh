#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two controllers: one is killed while jobs run, the other takes over, and the
# first one comes back.  Each job has one root, and each controller its spool.

# The second controller needs a name and an address of its own, and Slurm finds
# its address by its name: /etc/hosts and the name are those of namespaces.
if [[ -z ${NAMES_ARE_OURS+set} ]]; then
  unshare -m -u true 2>/dev/null || {
    echo '1..0 # SKIP no namespaces: a second controller needs a name of its own'
    exit 0
  }
  NAMES_ARE_OURS=yes exec unshare -m -u "$BASH" "$0" "$@"
fi
. "$(dirname "$0")/lib/test.sh"
unset TRACEPARENT TRACESTATE BAGGAGE
needs_jobcomp

hosts=$(mktemp /tmp/otel-hosts.XXXXXX)
printf '%s\n' '127.0.0.1 ctl1 localhost' '127.0.0.2 ctl2' >"$hosts"
chmod 644 "$hosts"
mount --bind "$hosts" /etc/hosts
rm "$hosts"
hostname ctl1

# The second controller's slurm.conf and otel.conf are beside one another, as on
# a host of its own; the state is shared.
start_second() {
  local dir=$CLUSTER_DIR/ctl2
  mkdir -p "$dir/spool"
  sed "s|/log/slurmctld.log|/log/slurmctld.2.log|; s|/run/slurmctld.pid|/run/slurmctld.2.pid|" "$SLURM_CONF" >"$dir/slurm.conf"
  sed "s|^SpoolDir=.*|SpoolDir=$dir/spool|" "$CLUSTER_DIR/otel.conf" >"$dir/otel.conf"
  # shellcheck disable=SC2016 # for the inner shell
  SLURM_CONF=$dir/slurm.conf setsid unshare -u sh -c 'hostname ctl2 && exec slurmctld -D' \
    </dev/null >>"$CLUSTER_DIR/log/slurmctld.2.out" 2>&1 &
  CLUSTER_PID[slurmctld.2]=$!
  disown $!
  cluster_until 20 stands_by
}

stands_by() {
  [[ $(cat "$CLUSTER_DIR/log/slurmctld.2.log" 2>/dev/null) == *'running in background mode'* ]]
}

# slurmctld writes it some seconds after a change.
state_saved_since() { # FILE
  [[ $CLUSTER_DIR/state/job_state -nt $1 ]]
}

controls() { # LOG COUNT: took over, or began, that often
  (($(grep -c 'Running as primary controller' "$CLUSTER_DIR/log/$1.log") >= $2))
}

answers() { # HOST
  [[ $(scontrol ping) == *" at $1 is UP"* ]]
}

roots() { # JOB: their ids, each once
  cluster_query "job($1) | named(\"slurm.job\") | map(.id) | unique | length"
}

start_with_plugins --nodes 1 --slurm-conf 'SlurmctldHost=ctl1(127.0.0.1)
SlurmctldHost=ctl2(127.0.0.2)
SlurmctldTimeout=10
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny'
# not by ok, whose subshell would keep its process id
if start_second; then pass "a second controller stands by"; else fail "a second controller stands by"; fi
is "and has no spool yet" "$(ls "$CLUSTER_DIR/ctl2/spool")" ""

running=$(cluster_submit --wrap "srun -n1 true; touch $CLUSTER_DIR/stepped; until [ -e $CLUSTER_DIR/go ]; do sleep 0.1; done; srun -n1 true; exit 3")
cluster_wait_running "$running"
wait_ok "a job is in the middle of its steps" "steps($running) | index(\"0\") != null"
cluster_until 20 test -e "$CLUSTER_DIR/stepped"
ok "and slurmctld has saved that" cluster_until 20 state_saved_since "$CLUSTER_DIR/stepped"
cluster_stop_slurmctld KILL
ok "the second one takes over" cluster_until 40 controls slurmctld.2 1
cluster_until 20 answers ctl2
touch "$CLUSTER_DIR/go"
cluster_wait_job "$running"
# A batch job would wait: the scheduler of one that took over rests for a minute.
second=$(srun -n1 printenv SLURM_JOB_ID)
cluster_wait_job "$second"
wait_ok "the job that was running ends with its trace" \
  "root($running).attrs[\"slurm.state\"] == \"FAILED\" and steps($running) == [\"0\", \"1\", \"batch\"]"
wait_ok "a job of the second one has its own" "root($second) and steps($second) == [\"0\"]"
is "their roots are in a spool of the second one's" "$(ls "$CLUSTER_DIR/ctl2/spool")" slurmctld

cluster_start_slurmctld
ok "the first one takes control back" cluster_until 20 answers ctl1
after=$(srun -n1 printenv SLURM_JOB_ID)
cluster_wait_job "$after"
wait_ok "its jobs have their traces" "root($after) and steps($after) == [\"0\"]"
for job in "$running" "$second" "$after"; do
  is "job $job has one root" "$(roots "$job")" 1
  spans_is "and one trace" "job($job) | traces | length" 1
done
spans_is "every parent is present" "orphans | table" "[]"
ok "both spools are delivered" cluster_wait_drained
second_drained() {
  [[ -z $(find "$CLUSTER_DIR/ctl2/spool" \( -name current -o -name 'segment.*' \) -size +0 2>/dev/null) ]]
}
ok "the second one's too" cluster_until 20 second_drained

done_testing
