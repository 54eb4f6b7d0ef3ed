#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The private cluster itself, without our plugins: what every other cluster
# test takes for granted.
. "$(dirname "$0")/lib/test.sh"

cluster_start --no-plugins --nodes 3
first_dir=$CLUSTER_DIR

is "three nodes are up" "$(sinfo -h -N -o %N | paste -sd' ')" "n1 n2 n3"
is "srun runs on all of them" "$(srun -N3 sh -c 'echo $SLURMD_NODENAME' | sort | paste -sd' ')" "n1 n2 n3"

job=$(cluster_submit -N3 --wrap 'srun -N3 true; srun -n1 -N1 false; echo done')
ok "a batch job ends" cluster_wait_job "$job"
is "its script succeeded" "$(cluster_job_field "$job" JobState)" COMPLETED
like "its output is there" "$(cluster_job_output "$job")" 'done$'

array=$(cluster_submit --array=1-3 --output="$CLUSTER_DIR/array.%a" --wrap 'echo $SLURM_ARRAY_TASK_ID')
ok "an array ends" cluster_wait_job "$array"
is "each task ran" "$(cat "$CLUSTER_DIR"/array.* | paste -sd' ')" "1 2 3"

job=$(cluster_submit --wrap 'exit 3')
cluster_wait_job "$job"
is "a failure is seen" "$(cluster_job_field "$job" JobState) $(cluster_job_field "$job" ExitCode)" "FAILED 3:0"

ok "reconfigure" scontrol reconfigure
cluster_stop_slurmctld
cluster_start_slurmctld
cluster_stop_node n2 KILL
cluster_start_node n2
ok "slurmctld and a killed slurmd come back" cluster_wait_up
is "and work" "$(srun -N3 echo yes | sort -u)" yes

cluster_submit --wrap "sleep 300 & touch $CLUSTER_DIR/runs; wait" >/dev/null
ok "a job runs" cluster_until 30 test -e "$CLUSTER_DIR/runs"
cluster_stop
not_ok "the cluster's directory is gone" test -e "$first_dir"
# not by its status: that of a grep that found something is 2 where it could not read all
is "no process of it is left" \
  "$(env -u SLURM_CONF grep -lsxzF "SLURM_CONF=$first_dir/slurm.conf" /proc/[0-9]*/environ)" ""

done_testing
