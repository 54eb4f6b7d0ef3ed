#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SampleRule and MaxTracesPerSecond in slurmctld: both sides of a job keep to
# what was decided there, whatever the client's plugin decided before.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

TRACE=4bf92f3577b34da6a3ce929d0e0e4736
PARENT=00-$TRACE-00f067aa0ba902b7-01
me=$(id -un)
RULES="SampleRule=partition=quiet sample=0
SampleRule=\"name=hidden*, user=$me sample=0\"
SampleRule=account=q? name=* sample=0
SampleRule=partition=main name=default sample=0
SampleRule=name=loud sample=1"

start_with_plugins --nodes 2 --slurm-conf JobSubmitPlugins=otel \
  --slurm-conf PrologFlags=Alloc --slurm-conf SchedulerType=sched/backfill \
  --slurm-conf 'PartitionName=quiet Nodes=ALL MaxTime=INFINITE State=UP' --otel-conf "$RULES"

shown_trace() { # JOB
  cluster_job_field "$1" AdminComment | sed -n 's/.*trace_id=\([0-9a-f]\{32\}\).*/\1/p'
}

# The sampled flags that the tasks of a job saw: "3 no".
flags() { # FILE
  sed -n 's/.*00-[0-9a-f]\{32\}-[0-9a-f]\{16\}-0[13]$/yes/p; s/.*00-[0-9a-f]\{32\}-[0-9a-f]\{16\}-0[02]$/no/p' "$1" |
    sort | uniq -c | tr -s ' ' | sed 's/^ //'
}

is "check shows the rules in their order" \
  "$(slurm-otel check --config "$CLUSTER_DIR/otel.conf" | grep -A4 '^ *SampleRule' | sed 's/^ *SampleRule//' | awk '{ print $1 }' | paste -sd ' ')" \
  "partition=quiet,sample=0 name=hidden*,user=$me,sample=0 account=q?,name=*,sample=0 partition=main,name=default,sample=0 name=loud,sample=1"

# --- rules, for batch jobs and the other clients
tasks='echo $TRACEPARENT; srun -N2 -n2 sh -c "echo \$TRACEPARENT"'
visible=$(cluster_submit -N2 --job-name=visible --wrap "$tasks")
declare -A hidden=()
for options in '-p quiet' '--job-name=hidden7' '-A q1' '--job-name=default' '-p main,quiet --job-name=loud'; do
  # shellcheck disable=SC2086 # several options
  hidden[$options]=$(cluster_submit -N2 $options --wrap "$tasks")
done
srun -N2 -p quiet sh -c 'echo $TRACEPARENT' >"$CLUSTER_DIR/srun.out" &
clients=($!)
salloc -N2 --job-name=hidden-salloc srun sh -c 'echo $TRACEPARENT' \
  >"$CLUSTER_DIR/salloc.out" 2>"$CLUSTER_DIR/salloc.err" &
clients+=($!)
status=0
wait "${clients[0]}" || status=$?
is "srun runs" "$status" 0
wait "${clients[1]}" || status=$?
is "salloc runs" "$status: $(grep error "$CLUSTER_DIR/salloc.err")" "0: "
for job in "$visible" "${hidden[@]}"; do
  ok "job $job ends" cluster_wait_job "$job"
done
wait_ok "a job that no rule names is traced" "root($visible) and step($visible; 0)"
is "and its tasks know" "$(flags "$CLUSTER_DIR/job.$visible.out")" "3 yes"
for options in "${!hidden[@]}"; do
  job=${hidden[$options]}
  is "$options: its tasks see no sampled flag" "$(flags "$CLUSTER_DIR/job.$job.out")" "3 no"
  is "$options: and its comment shows nothing" "$(shown_trace "$job")" ""
done
is "srun: its tasks see no sampled flag" "$(flags "$CLUSTER_DIR/srun.out")" "2 no"
is "salloc: its tasks see no sampled flag" "$(flags "$CLUSTER_DIR/salloc.out")" "2 no"
ok "all is delivered" cluster_wait_drained
spans_is "and no other job left a span, on neither side" \
  'map(.attrs["slurm.job.id"] // "none" | tostring) | unique' "[\"$visible\"]"

# --- what a rule does not decide
followed=$(TRACEPARENT=$PARENT cluster_submit -p quiet --wrap 'srun true')
inner=$(cluster_script inner <<END
sbatch --parsable --output=/dev/null --job-name=inner --wrap true >$CLUSTER_DIR/inner
END
)
outer=$(cluster_submit --job-name=outer --wrap "srun -n1 $inner")
ok "with a sampled parent: it ends" cluster_wait_job "$followed"
wait_ok "its trace goes on past the rules" "root($followed).trace == \"$TRACE\""
ok "a job that submits one ends" cluster_wait_job "$outer"
inner=$(<"$CLUSTER_DIR/inner")
wait_ok "what it submitted is below the step that did" \
  "step($outer; 0) as \$step | root($inner) | is_child(\$step)"

# --- a job's place in its trace, where no node of it has our plugin
cp "$CLUSTER_DIR/plugstack.conf" "$CLUSTER_DIR/plugstack.with"
: >"$CLUSTER_DIR/plugstack.conf"
bare=$(TRACESTATE=a=b cluster_submit --wrap 'echo "$TRACEPARENT $TRACESTATE"')
below=$(TRACEPARENT=$PARENT TRACESTATE=a=b cluster_submit --wrap 'echo "$TRACEPARENT $TRACESTATE"')
array=$(TRACEPARENT=garbage TRACESTATE=a=b cluster_submit --array=1 --wrap 'echo "none:$TRACEPARENT$TRACESTATE"')
given=$(TRACEPARENT=$PARENT TRACESTATE=a=b cluster_submit --array=1 --wrap 'echo "$TRACEPARENT $TRACESTATE"')
quiet=$(TRACEPARENT=garbage cluster_submit -p quiet --wrap 'echo "$TRACEPARENT"')
for job in "$bare" "$below" "$array" "$given" "$quiet"; do
  ok "without a plugin on its node, job $job ends" cluster_wait_job "$job"
done
wait_ok "their roots are there" "root($bare) and root($below) and root($array)"
spans_is "a script finds its root" "root($bare) | \"00-\(.trace)-\(.id)-03 \"" "$(cluster_job_output "$bare")"
spans_is "also below a parent" "root($below) | \"00-\(.trace)-\(.id)-01 a=b\"" "$(cluster_job_output "$below")"
spans_is "whose child that root is" "root($below).parent" 00f067aa0ba902b7
is "a task of an array finds nothing that is another's" "$(cluster_job_output "$array")" "none:"
is "but the parent, where one was given" "$(cluster_job_output "$given")" "$PARENT a=b"
is "an unsampled one is told so" "$(flags "$CLUSTER_DIR/job.$quiet.out")" "1 no"
cp "$CLUSTER_DIR/plugstack.with" "$CLUSTER_DIR/plugstack.conf"

# --- the rate
cluster_write_otel_conf MaxTracesPerSecond=1
count=12
start=$SECONDS
for ((i = 0; i < count; i++)); do
  sbatch --parsable --output=/dev/null --hold --wrap true >>"$CLUSTER_DIR/limited" &
done
TRACEPARENT=$PARENT sbatch --parsable --output=/dev/null --hold --wrap true >"$CLUSTER_DIR/followed" &
component=$(cluster_submit --hold -N1 : -N1 --wrap true)
wait
most=$((SECONDS - start + 2))
traced=0
for job in $(<"$CLUSTER_DIR/limited") $component; do
  [[ -z $(shown_trace "$job") ]] || ((++traced))
done
like "no more than the rate allows are traced ($traced of $((count + 1)) in $((most - 1)) s at most)" \
  "$((traced >= 1 && traced <= most))" '^1$'
((traced > count)) ||
  ok "and slurmctld says so" grep -q 'not traced, because more than 1 began' "$CLUSTER_DIR/log/slurmctld.log"
is "what continues a trace does not count" "$(shown_trace "$(<"$CLUSTER_DIR/followed")")" "$TRACE"
like "the components of a job are one" \
  "$(scontrol show job "$component" | grep -o 'trace_id=[0-9a-f]*' | uniq -c | tr -s ' ')" '^$|^ 2 trace_id=[0-9a-f]{32}$'
scancel -u "$me"

# --- hostile names, against rules that look at them
cluster_write_otel_conf 'SampleRule=name=*%n* sample=0
SampleRule=name=*a*a*a*a*a*a*a*b account=*z sample=1'
for name in '%n%s' $'\377%n\001' "$(head -c 900 /dev/zero | tr '\0' a)"; do
  job=$(cluster_submit --job-name="$name" -A "$name" --wrap 'echo $TRACEPARENT') || job=
  ok "a job with a hostile name ends" cluster_wait_job "$job"
done
ok "slurmctld lives" scontrol ping
done_testing
