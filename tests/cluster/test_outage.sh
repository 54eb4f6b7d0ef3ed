#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The outage drill: 500 steps run while the Collector is down, agents are killed
# three times at random moments, slurmctld is reconfigured twice.  When the
# Collector is back every span arrives, hardly any of them twice.
. "$(dirname "$0")/lib/test.sh"
# shellcheck source=tests/cluster/lib/ran.sh
. "$CLUSTER_LIB/lib/ran.sh"
needs_jobcomp
# shellcheck source=tests/lib/otelcol.sh
. "$(dirname "$0")/../lib/otelcol.sh"
unset TRACEPARENT TRACESTATE BAGGAGE

JOBS=5
STEPS=100
missing=$(receiver_missing && otelcol_missing)
[[ -z $missing ]] || skip_all "$missing"

drill_end() {
  rm -f "$CLUSTER_DIR/supervised"
  otelcol_stop
  test_end
}
trap drill_end EXIT

# As systemd does (Restart=on-failure): an agent that was killed comes back.
supervise() { # SPOOL
  while [[ -e $CLUSTER_DIR/supervised ]]; do
    slurm-otel-agent --spool "$1" --config "$CLUSTER_DIR/otel.conf" --foreground \
      >>"$CLUSTER_DIR/log/agent.$(basename "$1").log" 2>&1 || true
    sleep 0.2
  done
}

random_pause() { # MILLISECONDS, at most
  sleep "$(printf '0.%03d' $((RANDOM % $1)))"
}

agents_run() { # all three
  [[ $(cluster_agents | wc -l) -eq 3 ]]
}

kill_agents() { # DESCRIPTION
  ok "$1: all agents run" cluster_until 20 agents_run
  random_pause 999
  cluster_stop_agents KILL
}

# No step is asked for meanwhile, with or without us.  22.05 may fail at once to send
# the answer to an srun (`Socket timed out`), which then waits for ever for the place
# of the step that it knows nothing of.  From 23.11 slurmctld starts anew, and such
# an srun waits for minutes.
reconfigure() {
  local status=0
  touch "$CLUSTER_DIR/hold"
  exec 8>"$CLUSTER_DIR/steps.lock"
  flock 8
  scontrol reconfigure && cluster_until 30 cluster_answers || status=$?
  exec 8>&-
  rm "$CLUSTER_DIR/hold"
  return "$status"
}

start_with_plugins --nodes 2 --cpus 8
receiver_start 200
otelcol_start "$CLUSTER_DIR/otelcol" "http://127.0.0.1:$RECEIVER_PORT"
# A batch that was accepted, and whose agent is killed before it notes that, comes
# again: three of these are below what is allowed in the end, wherever a kill hits.
cluster_write_otel_conf "Endpoint=$(otelcol_url http)
MaxExportBatchSize=3"
otelcol_kill
cluster_restart
cluster_stop_agents TERM
touch "$CLUSTER_DIR/supervised"
for spool in "$CLUSTER_SPOOL"/*/; do
  supervise "${spool%/}" 2>/dev/null &
done

ran=$(ran_script)
script=$(cluster_script steps <<END
for ((i = 0; i < $STEPS; i++)); do
  while test -e $CLUSTER_DIR/hold; do sleep 0.1; done
  flock --shared $CLUSTER_DIR/steps.lock srun -n1 $ran
done
END
)
jobs=()
for ((i = 0; i < JOBS; i++)); do
  jobs+=("$(cluster_submit --job-name="outage-$i" "$script")")
done
cluster_wait_running "${jobs[0]}"
kill_agents "first kill"
ok "first reconfigure" reconfigure
kill_agents "second kill"
ok "second reconfigure" reconfigure
ends=$((SECONDS + 400)) # for all of them, they run beside each other
for job in "${jobs[@]}"; do
  ok "job $job ends" cluster_wait_job "$job" $((ends - SECONDS))
done
spans_is "nothing arrived so far" length 0

otelcol_restart
kill_agents "third kill, as the Collector comes back"
all=true
for job in "${jobs[@]}"; do
  all+=" and root($job) and phase($job; \"queued\") and phase($job; \"setup\") and step($job; \"batch\")"
done
wait_ok "the jobs' spans are there" "$all" 90
cluster_until 90 ran_nothing_missing || true
ran_all_ok "every step that ran is there"
# Slurm itself may give up to start one, on a machine that is too busy, and says so
for job in "${jobs[@]}"; do
  diag "$(sort "$CLUSTER_DIR/job.$job.out" | uniq -c)"
done
ok "which are all of them, or nearly" test "$(ran_seen | wc -l)" -ge $((JOBS * STEPS * 98 / 100))
spans_ok "one a step, and of the batch scripts" "named(\"slurm.step\") | length <= $((JOBS * (STEPS + 1)))"
# root, queue, setup; a step that Slurm gave up to start is an error of its node, too
spans_is "and there is nothing else" \
  'map(select(.name == "slurm.step" or (.status == "error" and (.name | IN("slurm.node", "slurm.task"))) | not)) | length' $((JOBS * 3))
for job in "${jobs[@]}"; do
  spans_is "job $job is one trace without a gap" "job($job) | [orphans == [], (traces | length)]" '[true,1]'
done
diag "$(cluster_query '"\(map(.copies - 1) | add) of \(length) spans came twice"')"
spans_ok "less than 2 % came twice" '(map(.copies - 1) | add) < length * 0.02'
ok "the spools are empty" cluster_wait_drained
done_testing
