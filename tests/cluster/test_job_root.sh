#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What slurmctld tells of a job in its root and its queue: every attribute with
# its type, cost and GPUs, limits, what befell it, and the components of a
# heterogeneous job below their leader.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

# type_of JOB ATTRIBUTE [SPAN]: the OTLP type of one attribute of the root.
type_of() {
  jq -nRr --arg id "$1" --arg key "$2" --arg name "${3:-slurm.job}" '
    [inputs | fromjson? | .resourceSpans[]?.scopeSpans[]?.spans[]?
      | select(.name == $name and any(.attributes[]; .key == "slurm.job.id" and .value.stringValue == $id))]
    | .[0].attributes[] | select(.key == $key) | .value | keys[0] | sub("Value$"; "")' "$CLUSTER_TRACES"
}

types_of() { # JOB SPAN ATTRIBUTE...
  local job=$1 span=$2 key
  shift 2
  for key; do
    printf '%s:%s ' "$key" "$(type_of "$job" "$key" "$span")"
  done
}

start_with_plugins --nodes 2 --slurm-conf $'JobRequeue=1\nGresTypes=gpu\nSchedulerType=sched/backfill\nSchedulerParameters=bf_interval=1,bf_yield_interval=100000,sched_interval=1,batch_sched_delay=0,sched_min_interval=0' \
  --otel-conf $'CostPerCpuHour=0.25\nCostPerGpuHour=2.5\nAttributeDeny=slurm.job.wckey,slurm.tres.alloc.billing'
# Slurm counts any device; these are everywhere.
printf 'Name=gpu Type=a100 File=/dev/%s\n' null zero >"$CLUSTER_DIR/gres.conf"
sed -i 's/^NodeName=n[12] /&Gres=gpu:a100:2 /' "$SLURM_CONF"
cluster_restart

gpus=$(cluster_submit -N1 -n1 --gres=gpu:a100:2 -t 5 --job-name=gpus --wckey=secret --wrap 'sleep 1.2')
het=$(cluster_submit -n1 --wrap 'srun --het-group=0,1 sleep 0.2' --job-name=het : -n1)
wait_for_go="while ! test -e $CLUSTER_DIR/go; do sleep 0.1; done"
suspended=$(cluster_submit -N1 -n1 --wrap "$wait_for_go")
cut=$(cluster_submit -N1 -n1 --wrap 'sleep 300')
again=$(cluster_submit -N1 -n1 --wrap 'true')
resized=$(cluster_submit -N2 -n2 --wrap "$wait_for_go")
pending=$(cluster_submit --begin=now+1hour --wrap true)
array=$(cluster_submit --begin=now+1hour --array=1-3 --wrap true)
scancel "$pending" "$array"

# --- suspended and resumed; suspended to its end
second_passed() { # SECOND
  (($(date +%s) > $1))
}
cluster_wait_running "$suspended"
cluster_wait_running "$cut"
scontrol suspend "$suspended"
scontrol suspend "$cut"
cluster_until 10 second_passed $(($(date +%s) + 1))
scontrol resume "$suspended"
scancel "$cut"
cluster_wait_running "$resized"
cluster_until 10 second_passed "$(date +%s)"
before=$(date +%s)
scontrol update "JobId=$resized" NumNodes=1 >/dev/null
after=$(date +%s)
touch "$CLUSTER_DIR/go"
for job in "$gpus" "$het" "$suspended" "$cut" "$again" "$resized"; do
  cluster_wait_job "$job"
done
wait_ok "all roots arrive" "[root($gpus, $het, $suspended, $cut, $again, $resized, $pending, $array)] | all"

# --- attributes
is "texts of the root" "$(types_of "$gpus" slurm.job \
  slurm.job.id slurm.job.id.raw slurm.job.name slurm.job.user slurm.partition slurm.state slurm.reason \
  slurm.nodelist slurm.exit_code user.id user.name | tr ' ' '\n' | sed 's/.*://' | sort -u | xargs)" string
is "numbers of the root" "$(types_of "$gpus" slurm.job slurm.restart_count slurm.nnodes slurm.ntasks slurm.gpu.count \
  slurm.job.exit_status slurm.job.time_limit slurm.job.priority | tr ' ' '\n' | sed 's/.*://' | sort -u | xargs)" int
is "amounts of the root" "$(types_of "$gpus" slurm.job slurm.job.cpu_hours slurm.job.gpu_hours slurm.job.cost \
  slurm.tres.alloc.cpu slurm.tres.alloc.node | tr ' ' '\n' | sed 's/.*://' | sort -u | xargs)" double
is "texts of the queue" "$(types_of "$pending" slurm.phase.deferred slurm.partition slurm.reason slurm.job.submit_time |
  tr ' ' '\n' | sed 's/.*://' | sort -u | xargs)" string
spans_is "their values" "root($gpus).attrs
  | [.[\"slurm.job.name\", \"slurm.state\", \"slurm.exit_code\", \"slurm.nnodes\", \"slurm.ntasks\", \"slurm.job.time_limit\"]]" \
  '["gpus","COMPLETED","0:0",1,1,300]'
spans_is "the queue knows why it waited" "phase($pending; \"deferred\").attrs[\"slurm.reason\"]" BeginTime
spans_is "what AttributeDeny names is left out" \
  "root($gpus).attrs | [.[\"slurm.job.wckey\", \"slurm.tres.alloc.billing\"]]" '[null,null]'

# --- GPUs and cost
spans_is "GPUs are counted, without slurmdbd too" "root($gpus).attrs[\"slurm.gpu.count\"]" 2
spans_ok "gpu_hours are twice the job's hours" "root($gpus).attrs
  | .[\"slurm.job.gpu_hours\"] > 0 and (.[\"slurm.job.gpu_hours\"] - 2 * .[\"slurm.job.cpu_hours\"] / .[\"slurm.tres.alloc.cpu\"] | fabs < 1e-9)"
spans_ok "cost is what both cost" "root($gpus).attrs
  | .[\"slurm.job.cost\"] - .[\"slurm.job.cpu_hours\"] * 0.25 - .[\"slurm.job.gpu_hours\"] * 2.5 | fabs < 1e-9"
spans_ok "a job without GPUs costs its CPUs" "root($suspended).attrs
  | .[\"slurm.gpu.count\"] == null and (.[\"slurm.job.cost\"] - .[\"slurm.job.cpu_hours\"] * 0.25 | fabs < 1e-9)"
spans_is "one that never ran costs nothing" "root($pending).attrs[\"slurm.job.cost\"]" 0

# --- a heterogeneous job
spans_is "its components are one trace" "map(select(.attrs[\"slurm.het.job_id\"] == \"$het\")) | traces | length" 1
spans_ok "the leader's root has no parent" "root($het).parent == null"
spans_ok "the other component's root is its child" "root($het) as \$leader | root($((het + 1))) | is_child(\$leader)"
spans_is "each says which it is" "[root($het, $((het + 1))).attrs[\"slurm.het.offset\"]]" "[0,1]"
spans_ok "its queue is its own" "root($((het + 1))) as \$root | phase($((het + 1)); \"queued\") | is_child(\$root)"
wait_ok "steps of both components arrive" "step($het; 0) and step($het; \"batch\") and step($((het + 1)); 0)"
spans_is "every parent is present" "orphans | table" "[]"

# --- what befell them
spans_is "nothing befell most" "root($gpus).events" "[]"
spans_is "a resumed job says so" "root($suspended).events | map(.name)" '["resume"]'
spans_ok "at the time, and for how long it was suspended" "root($suspended)
  | .events[0].time > .start and .events[0].time <= .end and .attrs[\"slurm.job.suspended_time\"] >= 1"
spans_is "one that ended suspended says that" "root($cut).events | map(.name)" '["suspend"]'
spans_ok "and ends when it did" "root($cut)
  | .end - .events[0].time > 0.9e9 and .attrs[\"slurm.job.suspended_time\"] >= 1"
spans_is "no span reaches out of it" "root($cut) as \$root | job($cut) | outside(\$root) | table" "[]"
spans_is "a resize is no end" "job($resized) | named(\"slurm.job\") | map([.attrs[\"slurm.state\", \"slurm.nnodes\"], .copies])" \
  '[["COMPLETED",1,1]]'
spans_is "but an event" "root($resized).events | map(.name)" '["resize"]'
spans_ok "at its time" "root($resized).events[0].time / 1e9 | . >= $before and . <= $after"
spans_is "a job that is cancelled before its begin time was deferred, no more" \
  "[root($pending).attrs[\"slurm.state\"], (job($pending) | map(.name) | sort)]" \
  '["CANCELLED",["slurm.job","slurm.phase.deferred"]]'
spans_is "an array that is cancelled before it begins is one job" \
  "job($array) | named(\"slurm.job\") | map([.attrs[\"slurm.state\"], .parent, (.links | length)])" '[["CANCELLED",null,0]]'

# --- a requeue that slurmctld logs twice
cluster_stop_slurmctld
cluster_start_slurmctld
cluster_wait_up
scontrol requeue "$again"
# cancelled sooner, it would stay COMPLETING in 24.11
cluster_until 30 cluster_job_is "$again" PENDING
scontrol hold "$again"
scancel "$again"
cluster_wait_job "$again"
wait_ok "the second attempt has a root" "job($again) | named(\"slurm.job\") | length == 2"
spans_is "the first is not told of twice, slurmctld's restart or not" \
  "job($again) | named(\"slurm.job\") | map([.attrs[\"slurm.state\"], .copies]) | sort" '[["CANCELLED",1],["COMPLETED",1]]'

running=$(cluster_submit -N1 -n1 --wrap 'sleep 300')
cluster_wait_running "$running"
scontrol requeue "$running"
scancel "$running"
wait_ok "a requeue is an event" "job($running) | named(\"slurm.job\") | map(.events | map(.name)) | any(. == [\"requeue\"])"

# --- limits
cluster_write_otel_conf AttributeCountLimit=5
scontrol reconfigure
cluster_wait_up 150
few=$(cluster_submit -N1 -n1 --wrap true)
cluster_wait_job "$few"
wait_ok "a root with few attributes" "root($few).attrs | length == 5"
ok "counts those that were dropped" grep -qE "\"name\": ?\"slurm.job\".*\"droppedAttributesCount\": ?[1-9]" "$CLUSTER_TRACES"

done_testing
