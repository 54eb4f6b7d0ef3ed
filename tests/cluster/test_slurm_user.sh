#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# As most sites run Slurm: slurmd as root, slurmctld as a user of its own, and
# every agent as that user.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

[[ $(id -u) -eq 0 ]] || skip_all "only root can run daemons as another user"
user=slurm
id "$user" >/dev/null 2>&1 || skip_all "there is no user slurm on this machine"
runuser -u "$user" -- test -r "$CLUSTER_STAGE/lib/slurm/jobcomp_otel.so" ||
  skip_all "the user slurm can not read $CLUSTER_STAGE"

agent_of() { # SPOOL-NAME
  cat "$CLUSTER_DIR/spool/$1/agent.pid"
}

# srun returns while its slurmstepd is still at the end of the span.
run_on_n1() { # SRUN-OPTIONS...
  srun -N1 -w n1 "$@" true && cluster_wait_idle
}

start_with_plugins --nodes 2 --slurm-user "$user"
job=$(cluster_submit -N2 --wrap 'srun -N2 true; srun -n1 false; sleep 1')
cluster_wait_job "$job"

wait_ok "every span arrives" \
  "root($job) and phase($job; \"queued\") and steps($job) == [\"0\", \"1\", \"batch\"] and orphans == []"
like "the comment is set" "$(cluster_job_field "$job" AdminComment)" '^trace_id=[0-9a-f]{32}$'
for spool in slurmctld slurmd.n1 slurmd.n2; do
  is "the agent of $spool runs as $user" "$(stat -c %U "/proc/$(agent_of $spool)")" "$user"
  is "the spool of $spool is that user's alone" \
    "$(stat -c '%U %a' "$CLUSTER_DIR/spool/$spool")" "$user 700"
done
is "the job files are root's alone" "$(stat -c '%U %a' "$CLUSTER_DIR/spool/slurmd.n1/jobs")" "root 700"
ok "no agent can gain privileges" grep -q '^NoNewPrivs:.*1' "/proc/$(agent_of slurmd.n1)/status"

# --- what the agent's user may put into the spool does not lead root astray
target=$CLUSTER_DIR/target
echo untouched >"$target"
kill -STOP "$(agent_of slurmd.n1)"
rm -f "$CLUSTER_DIR/spool/slurmd.n1/current"
ln -s "$target" "$CLUSTER_DIR/spool/slurmd.n1/current"
ok "a job runs beside a symbolic link for a spool file" run_on_n1
is "and nothing is written through it" "$(<"$target")" untouched
ok "one line says so" grep -q 'otel: job .* span dropped' "$CLUSTER_DIR/log/slurmd.n1.log"
rm -f "$CLUSTER_DIR/spool/slurmd.n1/current"
ln "$target" "$CLUSTER_DIR/spool/slurmd.n1/current"
ok "a job runs beside a hard link" run_on_n1
is "and nothing is written to it" "$(<"$target")" untouched
is "nor is it given away" "$(stat -c %U "$target")" root
rm -f "$CLUSTER_DIR/spool/slurmd.n1/current"
: >"$CLUSTER_DIR/spool/slurmd.n1/current"
run_on_n1
is "what root left empty is made anew for its user" \
  "$(stat -c '%U %a' "$CLUSTER_DIR/spool/slurmd.n1/current")" "$user 600"
rm -f "$CLUSTER_DIR/spool/slurmd.n1/current"
kill -CONT "$(agent_of slurmd.n1)"
run_on_n1 --job-name=after
wait_ok "spans flow again" 'named("slurm.job") | map(.attrs["slurm.job.name"]) | index("after")'

done_testing
