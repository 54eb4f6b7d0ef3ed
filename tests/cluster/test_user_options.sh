#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# --trace, --trace-parent and --trace-attr of sbatch, salloc and srun: what they
# do to a job and to a step, what is refused and how, and what a site forbids.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

trace=4bf92f3577b34da6a3ce929d0e0e4736
parent=00f067aa0ba902b7
given=00-$trace-$parent-01
mistake='an attribute of every shape: ä,b=c;d "e" \ 100%'

# refused DESCRIPTION PATTERN COMMAND...: it fails, and says why.
refused() {
  local what=$1 pattern=$2 output status=0
  shift 2
  output=$("$@" 2>&1) || status=$?
  isnt "$what: refused" "$status" 0
  like "$what: and why" "$output" "$pattern"
}

start_with_plugins --nodes 2 --slurm-conf $'SchedulerType=sched/backfill\nSchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0'

# --- jobs, submitted first and looked at later
script=$(cluster_script attributes <<'END_OF_SCRIPT'
#SBATCH --trace-attr=team=physics
#SBATCH --trace-attr=campaign=from-script
env | grep -c -e SPANK_OPTION -e SLURM_OTEL_TRACE -e SLURM_OTEL_ATTRIBUTES
echo "$TRACEPARENT"
srun -n1 --trace-attr=phase=train --trace-attr=phase=test sh -c 'env | grep -c -e SPANK_OPTION -e SLURM_OTEL_TRACE -e SLURM_OTEL_ATTRIBUTES || true'
srun -n1 --trace=off sh -c 'echo "$TRACEPARENT"; srun --overlap -n1 true'
srun -n1 --export=NONE --trace-attr=phase=stripped /bin/true
srun -n1 --trace-parent="${TRACEPARENT%-*-*}-00f067aa0ba902b7-01" true
srun -n1 --trace-parent=00-ffffffffffffffffffffffffffffffff-00f067aa0ba902b7-01 true
srun -n1 --trace-parent=new true 2>&1 || true
END_OF_SCRIPT
)
attributes=$(cluster_submit --trace-attr=campaign=from-command --trace-attr=note="$mistake" "$script")
off=$(cluster_submit --trace=off --trace-attr=a=b --wrap 'echo "$TRACEPARENT"; srun -n1 --trace=on true; exit 1')
continued=$(TRACEPARENT=00-ffffffffffffffffffffffffffffffff-$parent-01 TRACESTATE=other=1 \
  cluster_submit --trace-parent="$given" --wrap 'srun -n1 true')
fresh=$(TRACEPARENT=$given cluster_submit --trace-parent=new --wrap 'srun -n1 true')
array=$(cluster_submit --array=1-2 --trace-attr=team=array --wrap true)
het=$(cluster_submit -n1 --trace-attr=team=both : -n1 --trace-attr=second=yes --wrap true)
salloc_job=$(salloc -n1 --trace-attr=team=salloc sh -c 'srun -n1 true; echo $SLURM_JOB_ID' 2>/dev/null)
srun_job=$(srun -n1 --trace-attr=team=srun sh -c 'echo $SLURM_JOB_ID')

# --- refused, whoever asks
refused "an unknown --trace" "--trace: say on, off or detail" sbatch --trace=maybe --wrap true
refused "an unknown --trace of srun" "--trace: say on, off or detail" srun --trace= true
refused "an unknown --trace of salloc" "--trace: say on, off or detail" salloc --trace=ON true
refused "a --trace in the script" "--trace: say on, off or detail" \
  sbatch "$(echo '#SBATCH --trace=maybe' | cluster_script maybe)"
refused "no traceparent" "--trace-parent: give a traceparent, such as 00-[0-9a-f-]*, or new" \
  sbatch --trace-parent="00-$trace-$parent" --wrap true
refused "a null parent" "--trace-parent: give a traceparent" \
  sbatch --trace-parent="00-$trace-0000000000000000-01" --wrap true
refused "no pair" "--trace-attr: give it as key=value" sbatch --trace-attr=team --wrap true
refused "a key with a capital" "--trace-attr: give it as key=value; a key begins with" sbatch --trace-attr=Team=x --wrap true
for key in slurm.job.id slurm_otel.note service.name telemetry.x host.name process.pid user.name error.type otel.x error; do
  refused "the key $key" "--trace-attr: the key $key is reserved" sbatch --trace-attr=$key=x --wrap true
done
refused "a long key" "--trace-attr: the key is longer than 64" sbatch --trace-attr="$(printf 'k%.0s' {1..65})=x" --wrap true
refused "a long value" "--trace-attr: the value of a is longer than 256" \
  sbatch --trace-attr="a=$(printf 'v%.0s' {1..257})" --wrap true
refused "bad UTF-8" "--trace-attr: the value of a is not UTF-8" sbatch --trace-attr=$'a=\xff' --wrap true
refused "a newline" "--trace-attr: the value of a .*control" srun --trace-attr=$'a=x\ny' true
refused "an escape" "--trace-attr: the value of a .*control" salloc --trace-attr=$'a=\e[2J' true
mapfile -t many < <(printf -- '--trace-attr=k%d=v\n' {1..17})
refused "17 attributes" "--trace-attr: 16 attributes at most" sbatch "${many[@]}" --wrap true
blanks=$(printf ' %.0s' {1..256})
mapfile -t many < <(for i in {1..6}; do echo "--trace-attr=k$i=$blanks"; done)
refused "too much of all" "--trace-attr: all attributes together are longer than 4096" sbatch "${many[@]}" --wrap true
mapfile -t many < <(printf -- '--trace-attr=k%d=v\n' {1..16})
most=$(cluster_submit "${many[@]}" --wrap true)
like "sbatch --help names them" "$(sbatch --help)" "--trace=.*--trace-parent=.*--trace-attr="

# --- what a site forbids, and what its mistakes do not
# Of none of the jobs so far: whatever of theirs still runs reads otel.conf, too.
for job in "$attributes" "$off" "$continued" "$fresh" "$array" "$most" "$het" "$salloc_job" "$srun_job"; do
  cluster_wait_job "$job"
done
cluster_write_otel_conf $'Sampler=always_off\nUserOptions=on,detail'
sampled=$(cluster_submit --trace=on --wrap 'srun -n1 true')
unsampled=$(cluster_submit --wrap 'srun -n1 --trace=on true')
cluster_wait_job "$sampled" # their srun reads otel.conf, too
cluster_wait_job "$unsampled"
refused "off, where only on is allowed" 'trace: not allowed here: UserOptions in .* does not name "off"' \
  sbatch --trace=off --wrap true
cluster_write_otel_conf UserOptions=none
for option in trace=on trace=off trace=detail trace-parent=new "trace-parent=$given" trace-attr=a=b; do
  refused "--$option, where nothing is" "--${option%%=*}: not allowed here: UserOptions" sbatch "--$option" --wrap true
done
forged=$(srun -n1 sh -c 'SLURM_OTEL_TRACE=off SLURM_OTEL_ATTRIBUTES=a=b srun --overlap -n1 true; echo $SLURM_JOB_ID')
wait_ok "a step that forges what is forbidden: its span arrives" "step($forged; 1)"
spans_is "and is as any other" "step($forged; 1).attrs.a" null
echo Nonsense=1 >>"$CLUSTER_DIR/otel.conf"
ok "a mistake in otel.conf refuses no option" srun -n1 --trace=off --trace-attr=a=b --trace-parent="$given" true
cluster_write_otel_conf Enabled=no
ok "nor does Enabled=no" srun -n1 --trace=off --trace-attr=a=b --trace-parent=new true
refused "which lets no wrong value pass" "--trace-attr: give it" srun -n1 --trace-attr=a true
cluster_write_otel_conf ""

# --- what came of the jobs
mapfile -t lines < <(cluster_job_output "$attributes")
is "no trace of the options in the batch script's environment" "${lines[0]}" 0
is "nor in a step's" "${lines[2]}" 0
wait_ok "the spans of the job with attributes arrive" \
  "root($attributes) and step($attributes; 5) and step($attributes; 4) and step($attributes; 2) and step($attributes; \"batch\")"
spans_is "attributes of the command line and of the script, the former last" \
  "root($attributes).attrs | [.team, .campaign, .note]" \
  "$(jq -cn --arg note "$mistake" '["physics", "from-command", $note]')"
spans_is "a job's are its own, not its steps'" "step($attributes; 0).attrs | [.team, .phase]" '[null,"test"]'
spans_is "a step's reach it through --export=NONE" "step($attributes; 3).attrs.phase" stripped
spans_is "--trace=off leaves one step out" "steps($attributes)" '["0","2","3","4","5","batch"]'
is "whose tasks are below its parent" "${lines[3]%-*}" "${lines[1]%-*}"
like "and not sampled" "${lines[3]}" '-0[02]$'
spans_ok "as is a step inside" "step($attributes; \"batch\") as \$batch | step($attributes; 2) | is_child(\$batch)"
spans_is "--trace-parent in the job's trace places a step" "step($attributes; 4).parent" "$parent"
spans_is "one of another trace is linked" "step($attributes; 5).links | map(.trace)" '["ffffffffffffffffffffffffffffffff"]'
like "a step has no trace of its own" "$(cluster_job_output "$attributes")" "--trace-parent: a step is always part"
spans_is "no parent is missing" "job($attributes) | orphans([\"$parent\"]) | table" "[]"
like "--trace=off: tasks are told so" "$(cluster_job_output "$off")" '^00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]$'
wait_ok "--trace-parent: the trace arrives" "root($continued) and step($continued; 0)"
spans_is "it is the given one, whatever TRACEPARENT says" \
  "root($continued) | [.trace, .parent, .state]" "[\"$trace\",\"$parent\",\"\"]"
wait_ok "--trace-parent=new: the trace arrives" "root($fresh) and step($fresh; 0)"
spans_ok "it is fresh" "root($fresh) | .trace != \"$trace\" and .parent == null and .links == []"
wait_ok "tasks of an array have the attributes" "[\"${array}_1\", \"${array}_2\"] as \$ids | [root(\$ids[]).attrs.team] == [\"array\", \"array\"]"
wait_ok "components add to the attributes of those before" \
  "[root($het, $((het + 1))).attrs | [.team, .second]] == [[\"both\", null], [\"both\", \"yes\"]]"
wait_ok "salloc" "root($salloc_job).attrs.team == \"salloc\" and step($salloc_job; 0)"
spans_is "whose sruns do not inherit its options" "step($salloc_job; 0).attrs.team" null
wait_ok "srun" "root($srun_job).attrs.team == \"srun\""
wait_ok "16 attributes" "[root($most).attrs | to_entries[] | select(.key | test(\"^k[0-9]+$\"))] | length == 16"
wait_ok "--trace=on against the sampler" "root($sampled) and step($sampled; 0)"
ok "nothing waits in a spool" cluster_wait_drained
spans_is "--trace=off: nothing was exported" "job($off) | table" "[]"
spans_is "--trace=on of a step does not make its job traced" "job($unsampled) | table" "[]"
is "no job was submitted by what was refused" "$(scontrol show job -o | grep -c 'JobName=maybe')" 0

done_testing
