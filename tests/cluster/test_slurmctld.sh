#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What slurmctld does beside ending jobs: a test of its configuration, a
# reconfigure, a requeue of a job that has ended, a job submitted by a job.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

agent() {
  cat "$CLUSTER_DIR/spool/slurmctld/agent.pid"
}

start_with_plugins --nodes 2 --slurm-conf 'JobRequeue=1'

# --- slurmctld -t
sed "s|^StateSaveLocation=.*|StateSaveLocation=$CLUSTER_DIR/run|" "$SLURM_CONF" >"$CLUSTER_DIR/test.conf"
sed "s|^SpoolDir=.*|SpoolDir=$CLUSTER_DIR/other|" "$CLUSTER_DIR/otel.conf" >"$CLUSTER_DIR/otel.test"
mkdir "$CLUSTER_DIR/dry"
mv "$CLUSTER_DIR/test.conf" "$CLUSTER_DIR/dry/slurm.conf"
mv "$CLUSTER_DIR/otel.test" "$CLUSTER_DIR/dry/otel.conf"
SLURM_CONF=$CLUSTER_DIR/dry/slurm.conf slurmctld -t >"$CLUSTER_DIR/dry/out" 2>&1 || true
ok "slurmctld -t makes no spool" test ! -e "$CLUSTER_DIR/other"

# --- scontrol reconfigure
before=$(agent)
scontrol reconfigure
ok "slurmctld answers after a reconfigure" cluster_until 20 scontrol ping
is "its agent is the same" "$(agent)" "$before"

# --- a finished job that is requeued
job=$(cluster_submit --wrap 'true')
cluster_wait_job "$job"
wait_ok "the job's root arrives" "root($job).attrs[\"slurm.state\"] == \"COMPLETED\""
# slurmd revoked the job's credential at its end, which it keeps in whole seconds:
# a launch in the same second or the next would fail.
second_passed() { # SECOND
  (($(date +%s) > $1 + 1))
}
cluster_until 10 second_passed "$(date +%s)"
scontrol requeue "$job"
scontrol update "job=$job" StartTime=now # Slurm would wait two minutes
cluster_wait_job "$job"
wait_ok "a second attempt has a root of its own" "job($job) | named(\"slurm.job\") | length == 2"
spans_is "both say how they ended" "job($job) | named(\"slurm.job\") | map(.attrs[\"slurm.state\"])" \
  '["COMPLETED","COMPLETED"]'
spans_is "in one trace" "job($job) | traces | length" 1
spans_is "the second is linked to the first" \
  "job($job) | named(\"slurm.job\") | sort_by(.attrs[\"slurm.restart_count\"]) | .[1].links[0].id == .[0].id" true

# --- a job submitted by an array task is a job like any other
inner=$CLUSTER_DIR/inner.out
outer=$(cluster_submit --array=7 --wrap "sbatch --parsable -o /dev/null --wrap 'srun true' >$inner")
cluster_wait_job "$outer"
cluster_wait_job "$(<"$inner")"
wait_ok "its spans have its own id" "root($(<"$inner")) and steps($(<"$inner")) == [\"0\",\"batch\"]"
wait_ok "the outer one has its own too" "root(\"${outer}_7\") and step(\"${outer}_7\"; \"batch\")"
spans_ok "its root is a child of the batch step that submitted it" \
  "step(\"${outer}_7\"; \"batch\") as \$batch | root($(<"$inner")) | is_child(\$batch)"
spans_is "every parent is present" "orphans | table" "[]"

done_testing
