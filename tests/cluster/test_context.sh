#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The trace context from the submitter's environment to the task's: continued,
# ignored when malformed, and honoured when it says "not sampled".
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp

start_with_plugins --nodes 1

trace=4bf92f3577b34da6a3ce929d0e0e4736
parent=00f067aa0ba902b7
step_env='echo "$SLURM_JOB_ID $TRACEPARENT"'
unset TRACEPARENT TRACESTATE BAGGAGE

# --- without a context
read -r alone traceparent < <(srun -n1 sh -c "$step_env")
like "a task has a TRACEPARENT" "$traceparent" '^00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]$'
wait_ok "the spans of srun alone arrive" "root($alone) and step($alone; 0)"
spans_is "TRACEPARENT names the step's span" "step($alone; 0) | \"\(.trace)-\(.id)\"" "${traceparent:3:49}"

batch=$(cluster_submit --wrap "$step_env; srun -n1 sh -c '$step_env'")
cluster_wait_job "$batch"
wait_ok "the spans of a batch job arrive" "root($batch) and step($batch; 0) and step($batch; \"batch\")"
mapfile -t lines < <(cluster_job_output "$batch")
spans_is "the batch script's TRACEPARENT names the batch step" \
  "step($batch; \"batch\") | \"$batch 00-\(.trace)-\(.id)\"" "${lines[0]%-*}"
spans_is "srun's inside it names the inner step" \
  "step($batch; 0) | \"$batch 00-\(.trace)-\(.id)\"" "${lines[1]%-*}"

# --- a context to continue
export TRACEPARENT=00-$trace-$parent-01
batch=$(cluster_submit --wrap 'srun -n1 true')
read -r alone traceparent < <(srun -n1 sh -c "$step_env")
is "srun continues the trace" "${traceparent:3:32}" "$trace"
isnt "under a span of its own" "${traceparent:36:16}" "$parent"
salloc_job=$(salloc -n1 sh -c 'srun -n1 true; echo $SLURM_JOB_ID' 2>/dev/null)
cluster_wait_job "$batch"
wait_ok "the batch step of the continued job arrives" "step($batch; \"batch\")"
for job in "$batch" "$alone" "$salloc_job"; do
  wait_ok "the continued job $job arrives" "root($job) and step($job; 0)"
  spans_is "its root is a child of the submitter" "root($job) | \"\(.trace) \(.parent)\"" "$trace $parent"
  spans_is "and all of it is in that trace" "job($job) | traces" "[\"$trace\"]"
  spans_is "with every parent present" "job($job) | orphans([\"$parent\"]) | table" "[]"
done

# --- a context that is none
for bad in "" 00 "00-$trace-$parent" "00-$trace-$parent-01-more" "ff-$trace-$parent-01" \
  "00-${trace^^}-$parent-01" "00-00000000000000000000000000000000-$parent-01" \
  "00-$trace-0000000000000000-01" "00-$trace-$parent-0x" "00_$trace-$parent-01"; do
  TRACEPARENT=$bad
  read -r job traceparent < <(srun -n1 sh -c "$step_env")
  like "malformed '$bad': a trace of its own" "$traceparent" '^00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]$'
  isnt "and not that one" "${traceparent:3:32}" "$trace"
done
wait_ok "the last of them arrives" "root($job)"
spans_ok "its root has no parent" "root($job).parent == null"

# A version to come is read as version 00.
export TRACEPARENT=cc-$trace-$parent-01-what-the-future-holds
read -r job traceparent < <(srun -n1 sh -c "$step_env")
is "a later version is continued, as 00" "${traceparent:0:35}" "00-$trace"

# --- tracestate and baggage
export TRACEPARENT=00-$trace-$parent-01 TRACESTATE=rojo=00f067aa0ba902b7,congo=t61rcWkgMzE
export BAGGAGE='userId=alice,serverNode=DF%2028'
is "TRACESTATE and BAGGAGE reach a step of srun" \
  "$(srun -n1 sh -c 'echo "$TRACESTATE $BAGGAGE"')" "$TRACESTATE $BAGGAGE"
batch=$(cluster_submit --wrap 'echo "$TRACESTATE $BAGGAGE"; srun -n1 sh -c "echo \$TRACESTATE \$BAGGAGE"')
cluster_wait_job "$batch"
is "and a batch script and its steps" "$(cluster_job_output "$batch")" \
  "$TRACESTATE $BAGGAGE"$'\n'"$TRACESTATE $BAGGAGE"
wait_ok "its spans arrive" "root($batch) and step($batch; 0)"
spans_is "and carry the tracestate" "job($batch) | map(.state) | unique" "[\"$TRACESTATE\"]"
unset TRACESTATE BAGGAGE

# --- not sampled
unsampled=11111111111111111111111111111111
export TRACEPARENT=00-$unsampled-$parent-00
read -r alone traceparent < <(srun -n1 sh -c "$step_env")
like "an unsampled context reaches the task as that" "$traceparent" "^00-$unsampled-[0-9a-f]{16}-0[02]$"
quiet=$(cluster_submit --wrap 'srun -n1 false; exit 1')
cluster_wait_job "$quiet"
unset TRACEPARENT
last=$(cluster_submit --wrap true)
cluster_wait_job "$last"
wait_ok "a later, sampled job arrives" "root($last) and step($last; \"batch\")"
ok "and nothing waits in a spool" cluster_wait_drained
spans_is "the unsampled ones exported nothing" "trace(\"$unsampled\") + job($alone) + job($quiet) | table" "[]"

done_testing
