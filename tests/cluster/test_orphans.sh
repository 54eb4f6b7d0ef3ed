#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Steps whose slurmstepd is killed are closed as lost, in their job's trace;
# all others end as ever, whatever becomes of slurmd and the agents meanwhile.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

LOST='slurmstepd was killed or crashed'

# stepds JOB STEP: process ids of the slurmstepds of that step, on all nodes.
# Their title is "slurmstepd: [JOB.STEP]".
stepds() {
  local file title pid
  for file in /proc/[0-9]*/cmdline; do
    pid=${file//[^0-9]/}
    title=$({ tr '\0' ' ' <"$file"; } 2>/dev/null) || continue
    [[ $title == "slurmstepd: [$1.$2]"* ]] && cluster_is "$pid" slurmstepd &&
      cluster_owns "$pid" && echo "$pid"
  done
  return 0
}

records() { # NODE: the steps in open/
  find "$CLUSTER_SPOOL/slurmd.$1/open" -mindepth 1 ! -name '.*' -printf '%f\n' | cut -d. -f1,2 | sort | paste -sd' '
}
has_records() { # NODE TEXT
  [[ $(records "$1") == "$2" ]]
}

# A step runs on both nodes, and its batch script on the first: either node may be
# the later one.
on_both() { # JOB
  has_records n1 "$1.0 $1.batch" && has_records n2 "$1.0"
}

# Kills what a SIGKILLed slurmstepd leaves of its tasks.
end_tasks() { # JOB
  local pid
  while read -r pid; do
    pid=${pid//[^0-9]/}
    ! cluster_owns "$pid" || kill -KILL "$pid" 2>/dev/null || true
  done < <(grep -lsxzF "SLURM_JOB_ID=$1" /proc/[0-9]*/environ)
}

agents() {
  cluster_agents | cut -d' ' -f1 | paste -sd' '
}
agents_are() {
  [[ $(agents) == "$1" ]]
}

start_with_plugins --nodes 2

# --- steps that end as they should
good=$(cluster_submit -N2 --wrap 'srun -N2 -n2 true; srun -N1 -n1 false; true')
ok "a job ends" cluster_wait_job "$good"
wait_ok "its spans arrive" "root($good) and steps($good) == [\"0\", \"1\", \"batch\"]"
is "no record is left on the first node" "$(records n1)" ""
is "nor on the second" "$(records n2)" ""

cancelled=$(cluster_submit -N2 --wrap 'srun -N2 -n2 sleep 300')
ok "a job runs, and each of its steps has a record" cluster_until 30 on_both "$cancelled"
scancel "$cancelled"
ok "it is cancelled" cluster_wait_job "$cancelled"
wait_ok "its spans arrive as ever" "root($cancelled) and steps($cancelled) == [\"0\", \"batch\"]"
spans_is "none is lost" "job($cancelled) | map(.attrs[\"error.type\"] | select(. == \"lost\")) | length" 0
is "and no record is left" "$(records n1)$(records n2)" ""

# --- slurmd restarts while a step runs
survivor=$(cluster_submit -N2 --chdir="$CLUSTER_DIR" --wrap "srun -N2 -n2 bash -c 'touch up.\$SLURM_PROCID; while ! test -e go.survivor; do sleep 0.1; done'")
survivor_is_up() { # nothing of its launch is left to be done by a slurmd
  [[ -e $CLUSTER_DIR/up.0 && -e $CLUSTER_DIR/up.1 ]] && on_both "$survivor"
}
ok "a job runs" cluster_until 30 survivor_is_up
for node in n1 n2; do
  cluster_stop_node $node KILL
done
cluster_stop_agents KILL
cluster_start_nodes
ok "slurmd and the agents are killed and come back" cluster_wait_up
scontrol reconfigure
ok "all of them" cluster_until 20 agents_are "slurmctld slurmd.n1 slurmd.n2"
is "the running step is let alone" "$(records n1)" "$survivor.0 $survivor.batch"
touch "$CLUSTER_DIR/go.survivor"
ok "it ends" cluster_wait_job "$survivor"
wait_ok "its spans arrive" "root($survivor) and steps($survivor) == [\"0\", \"batch\"]"
spans_is "it is no error" "step($survivor; 0).status" unset
is "and no record is left" "$(records n1)$(records n2)" ""

# --- a normal step is killed, on both its nodes
killed=$(cluster_submit -N2 --wrap 'srun -N2 -n2 sleep 300; true')
ok "a job runs" cluster_until 30 on_both "$killed"
# shellcheck disable=SC2046
kill -KILL $(stepds "$killed" 0)
wait_ok "the step is closed" "step($killed; 0)"
spans_is "as an error, lost" "step($killed; 0) | [.status, .message, .attrs[\"error.type\"]]" "[\"error\",\"$LOST\",\"lost\"]"
spans_ok "it has a beginning and no outcome" \
  "step($killed; 0) | .attrs[\"slurm.step.name\"] == \"sleep\" and (.attrs | has(\"slurm.exit_code\") | not)"
wait_ok "its second node's share too" "job($killed) | named(\"slurm.node\") | length == 1"
spans_is "as lost" "job($killed) | named(\"slurm.node\")[0] | [.status, .attrs[\"error.type\"], .attrs[\"slurm.node.name\"]]" '["error","lost","n2"]'
end_tasks "$killed"
scancel "$killed" 2>/dev/null || true
ok "the job ends" cluster_wait_job "$killed" 120
wait_ok "its other spans are there" "root($killed) and step($killed; \"batch\")" 60
spans_is "in one trace without a gap" "job($killed) | [(traces | length), (orphans | length)]" '[1,0]'
spans_is "nothing came twice" "job($killed) | map(.copies) | max" 1

# --- a batch step is killed
batch=$(cluster_submit -N1 --wrap 'sleep 300')
ok "a job runs" cluster_until 30 has_records n1 "$batch.batch"
# shellcheck disable=SC2046
kill -KILL $(stepds "$batch" batch)
wait_ok "the batch step is closed as lost" "step($batch; \"batch\").attrs[\"error.type\"] == \"lost\""
end_tasks "$batch"
scancel "$batch" 2>/dev/null || true
ok "the job ends" cluster_wait_job "$batch" 120
wait_ok "its root is there" "root($batch)" 60
spans_ok "above it" "root($batch) as \$root | step($batch; \"batch\") | is_child(\$root)"
spans_is "nothing came twice" "job($batch) | map(.copies) | max" 1

# --- no agent runs when it is killed
unseen=$(cluster_submit -N1 --wrap 'sleep 300')
ok "a job runs" cluster_until 30 has_records n1 "$unseen.batch"
cluster_wait_drained
cluster_stop_agents KILL
# shellcheck disable=SC2046
kill -KILL $(stepds "$unseen" batch)
end_tasks "$unseen"
is "its record waits" "$(records n1)" "$unseen.batch"
for node in n1 n2; do
  cluster_stop_node $node
done
cluster_start_nodes
scontrol reconfigure || true
wait_ok "an agent that starts later closes it" "step($unseen; \"batch\").attrs[\"error.type\"] == \"lost\"" 40
is "and no record is left" "$(records n1)$(records n2)" ""

done_testing
