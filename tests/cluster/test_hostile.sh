#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Whatever a user puts into environment, names and comments: the job runs as
# without the plugins, its spans can be read, and no other job's trace is
# touched.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
unset TRACEPARENT TRACESTATE BAGGAGE

trace=4bf92f3577b34da6a3ce929d0e0e4736
parent=00f067aa0ba902b7
formats='%s%n%s%n%08x%p$(touch /tmp/no)`id`%999999d'

# The most that one environment string may have, NAME= and NUL included, is 32
# pages; all of them together may have a quarter of the stack.
string_max=$((32 * $(getconf PAGESIZE) - 1))
ulimit -S -s "$(ulimit -H -s)" 2>/dev/null || true

fill() { # LENGTH
  head -c "$1" /dev/zero | tr '\0' x
}

# traced_as_any_other NAME JOB: one trace, one root, no gaps.
traced_as_any_other() {
  wait_ok "$1: the spans arrive" "root($2) and step($2; 0)"
  spans_is "$1: one root, in one trace" "job($2) | [(named(\"slurm.job\") | length), (traces | length)]" "[1,1]"
}
complete() { # NAME JOB
  traced_as_any_other "$@"
  wait_ok "$1: every parent is present" "job($2) | orphans == []"
}

# run_step ENVIRONMENT...: an srun with it; sets `job` and `seen`, the
# TRACEPARENT of its task.
run_step() {
  read -r job seen < <(env "$@" srun -n1 sh -c 'echo "$SLURM_JOB_ID $TRACEPARENT"')
}

start_with_plugins --nodes 1 --otel-conf ResourceAttributesInJob=yes

# The trace that the others must leave alone; it runs as long as they do.
victim=$(cluster_submit --wrap "echo \$TRACEPARENT; srun --overlap -n1 true; while ! test -e $CLUSTER_DIR/go; do sleep 0.1; done")
cluster_until 30 test -s "$CLUSTER_DIR/job.$victim.out"
victims=$(cluster_job_output "$victim")

# --- size
for name in TRACESTATE BAGGAGE TRACEPARENT; do
  value=$(fill $((string_max - ${#name} - 1)))
  export "$name=$value"
  run_step
  unset "$name"
  like "the largest $name: the task has a TRACEPARENT" "$seen" '^00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]$'
  complete "the largest $name" "$job"
done

# Many list members of a good form, where only so many may be kept.
members=$(seq -s, -f 'k%g=v' 8000)
export TRACEPARENT=00-$trace-$parent-01 TRACESTATE=${members:0:100000} BAGGAGE=${members:0:100000}
run_step
unset TRACEPARENT TRACESTATE BAGGAGE
is "8000 members in TRACESTATE and BAGGAGE: the trace goes on" "${seen:3:32}" "$trace"
traced_as_any_other "8000 members in TRACESTATE and BAGGAGE" "$job"

# huge_environment COMMAND...: with as much as exec takes.  Of 10 MB Linux takes
# no more than 6 MiB, whatever the stack.
huge_environment() {
  local i count
  for count in 80 46 40 12; do
    if (for ((i = 0; i < count; i++)); do export "FILLER_$i=$filler"; done && exec true) 2>/dev/null; then
      (for ((i = 0; i < count; i++)); do export "FILLER_$i=$filler"; done && exec "$@")
      return
    fi
  done
}
filler=$(fill 130000)
output=$(huge_environment srun -n1 sh -c 'echo "$SLURM_JOB_ID $(env | wc -c)"')
ok "an environment of ${output#* } bytes reaches the task" test "${output#* }" -gt 1500000
complete "a huge environment" "${output% *}"
output=$(huge_environment sbatch --parsable --output="$CLUSTER_DIR/job.%A.out" --wrap 'srun -n1 sh -c "env | wc -c"')
cluster_wait_job "$output"
ok "so does sbatch's" test "$(cluster_job_output "$output")" -gt 1500000
complete "sbatch with a huge environment" "$output"

# --- TRACEPARENT of a wrong length
valid=00-$trace-$parent-01
for length in 0 1 54 56 57 110 200; do
  value=$valid$(fill 200)
  run_step TRACEPARENT="${value:0:length}"
  like "TRACEPARENT of $length bytes: a trace of its own" "$seen" '^00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]$'
  isnt "TRACEPARENT of $length bytes: not the one it names" "${seen:3:32}" "$trace"
done
complete "TRACEPARENT of 200 bytes" "$job"

# --- bytes
run_step BAGGAGE="$(head -c 3000 /dev/urandom | tr -d '\0\n')" TRACESTATE="$(head -c 3000 /dev/urandom | tr -d '\0\n')"
complete "random bytes in BAGGAGE and TRACESTATE" "$job"
run_step TRACEPARENT="$formats" TRACESTATE="$formats" BAGGAGE="$formats"
complete "format strings" "$job"

bad=$'bad \xff\xc0\x80\xed\xa0\x80 \e[31mred\e[0m\a\b\x7f\x01 "\\ \xc3\xa4'
job=$(cluster_submit --job-name="$bad" --comment="$bad$formats" --account="$bad" --wckey="$bad" \
  --wrap 'srun -n1 true')
cluster_wait_job "$job"
complete "bad names" "$job"
spans_ok "bad names: the name is there, with the bad bytes repaired" \
  "root($job).attrs[\"slurm.job.name\"] | contains(\"\\\"\\\\ ä\") and contains(\"\\ufffd\")"
spans_ok "bad names: so is the account" "root($job).attrs[\"slurm.job.account\"] | contains(\"ä\")"

# --- our own variables, forged
forged() { # VALUE: prints it as each of them
  printf '%s\n' {SLURM_SPANK,SPANK}_OTEL_{CONTEXT,TRACESTATE,BAGGAGE}="$1" SLURM_OTEL_TRACEPARENT="$1"
}
values=(garbage "$formats" "$(fill 100000)" "$victims" "$victims;t=99999999999999999999" "$victims;l=$victims")
for value in "${values[@]}"; do
  mapfile -t variables < <(forged "$value")
  run_step "${variables[@]}"
  complete "submitted with a forged ${value:0:60}" "$job"
  isnt "which is not the other job's trace" "${seen:3:32}" "${victims:3:32}"
done

# By a job for its steps: what root keeps on the node is believed, not that.
for ((i = 0; i < ${#values[@]}; i++)); do
  forged "${values[i]}" >"$CLUSTER_DIR/forged.$i"
done
script=$(cluster_script forge <<END_OF_SCRIPT
for file in $CLUSTER_DIR/forged.*; do
  mapfile -t variables <\$file
  env "\${variables[@]}" srun -n1 true
  env -u TRACEPARENT "\${variables[@]}" srun -n1 true
done
TRACEPARENT=$victims srun -n1 true
END_OF_SCRIPT
)
job=$(cluster_submit "$script")
cluster_wait_job "$job"
wait_ok "a job that forges for its steps: each step's span arrives" "root($job) and (steps($job) | length == $((2 * ${#values[@]} + 2)))"
complete "a job that forges for its steps" "$job"
spans_is "none of it in the other job's trace" "job($job) | trace(\"${victims:3:32}\") | table" "[]"

# A user may continue any trace whose id they know; the victim's spans stay.
run_step TRACEPARENT="$victims"
traced_as_any_other "the victim's TRACEPARENT" "$job"
spans_is "the victim's TRACEPARENT: that trace is continued" "root($job) | \"\(.trace)-\(.parent)\"" "${victims:3:49}"

# --- users' options
# never_runs NAME OPTION...: refused by each client, whose message is printable.
never_runs() {
  local what=$1 client output
  shift
  for client in "sbatch --wrap true" "salloc -n1 true" "srun -n1 true"; do
    # shellcheck disable=SC2086
    if output=$(${client%% *} "$@" ${client#* } 2>&1); then
      fail "$what: ${client%% *} refuses it"
    else
      like "$what: ${client%% *} refuses it, and says why" "$output" 'error: --trace(-[a-z]*)?: '
    fi
  done
}
never_runs "format strings in a key" --trace-attr="$formats=x"
never_runs "format strings as --trace" --trace="$formats"
never_runs "the largest --trace" --trace="$(fill $((string_max - 10)))"
never_runs "the largest --trace-parent" --trace-parent="$(fill $((string_max - 20)))"
never_runs "the largest --trace-attr" --trace-attr="k=$(fill $((string_max - 20)))"
never_runs "bad bytes" --trace-attr="k=$bad"
never_runs "a newline in a key" --trace-attr=$'k\nslurm.job.id=1'
never_runs "the root of another" --trace-attr="slurm.job.id=$victim"

evil='%s%n","slurm.job.id":"'$victim'"}],"x":[{ <script> \u0000 $(id) `id` ; ä '$'\xf0\x9f\x92\xa9'
job=$(cluster_submit --job-name=$'name\n   AdminComment=trace_id='"${victims:3:32}" --comment="trace_id=${victims:3:32}" \
  --trace-attr=evil="$evil" --trace-attr=k=v --wrap 'srun -n1 --trace-attr=evil="$EVIL" true' --export=ALL,EVIL=x)
traced_as_any_other "an attribute that looks like JSON" "$job"
spans_is "it is the text it was" "root($job).attrs.evil" "$evil"
isnt "a name and a comment with another's trace id change nothing" \
  "$(cluster_query "root($job).trace")" "${victims:3:32}"

# Past our options: what they would have written, by hand.
lists=("$formats" "$(fill 100000)" "slurm.job.id=$victim" "k=%ff" "k=%0a" "$(seq -s, -f 'k%g=v' 5000)" $'k=v\nk=w')
by_hand=()
for value in "${lists[@]}"; do
  run_step SLURM_SPANK_OTEL_ATTRIBUTES="$value" SPANK_OTEL_ATTRIBUTES="$value" SLURM_OTEL_ATTRIBUTES="$value" \
    SLURM_OTEL_TRACE="$value" SLURM_OTEL_RESOURCE="$value" SLURM_SPANK__SLURM_SPANK_OPTION_otel_unknown="$value" \
    _SLURM_SPANK_OPTION_otel_trace="$value" OTEL_RESOURCE_ATTRIBUTES="$value" CUDA_VISIBLE_DEVICES="$value"
  by_hand+=("$job")
done
for i in "${!lists[@]}"; do
  traced_as_any_other "hand-written attributes ${lists[i]:0:30}" "${by_hand[i]}"
done
script=$(cluster_script by_hand <<'END_OF_SCRIPT'
while IFS= read -r -d '' value; do
  SLURM_OTEL_ATTRIBUTES=$value SLURM_OTEL_TRACE=$value SLURM_OTEL_RESOURCE=$value \
    OTEL_RESOURCE_ATTRIBUTES=$value CUDA_VISIBLE_DEVICES=$value srun -n1 true </dev/null || echo failed
done <"$LISTS"
END_OF_SCRIPT
)
printf '%s\0' "${lists[@]}" >"$CLUSTER_DIR/lists"
job=$(LISTS=$CLUSTER_DIR/lists cluster_submit "$script")
cluster_wait_job "$job"
is "every step of a job that forges attributes runs" "$(cluster_job_output "$job")" ""
wait_ok "and has its span" "root($job) and (steps($job) | length == $((${#lists[@]} + 1)))"
spans_is "without them" "job($job) | map(.attrs | has(\"k\") or has(\"k1\")) | any" false

# --- all of it at once, with the plugins and without
hostile_job() {
  local status=0
  env TRACEPARENT="$formats" TRACESTATE="$(fill 100000)" BAGGAGE="$formats" "${variables[@]}" \
    srun --quiet -n1 sh -c 'echo out; echo err >&2; exit 3' 2>&1 | sort || status=$?
  echo "status $status"
}
mapfile -t variables < <(forged "$formats")
with=$(hostile_job)
mv "$CLUSTER_DIR/plugstack.conf" "$CLUSTER_DIR/plugstack.kept"
: >"$CLUSTER_DIR/plugstack.conf"
is "a job in a hostile environment looks as without the plugin" "$with" "$(hostile_job)"
like "which is so" "$with" "err.*out.*status 3"
mv "$CLUSTER_DIR/plugstack.kept" "$CLUSTER_DIR/plugstack.conf"

# --- the end
touch "$CLUSTER_DIR/go"
cluster_wait_job "$victim"
wait_ok "the victim's spans arrive" "root($victim) and steps($victim) == [\"0\", \"batch\"]"
spans_is "the victim's trace has its own steps" "job($victim) | [(traces | length), (orphans | length)]" "[1,0]"
spans_ok "under its own root" "root($victim) as \$root | step($victim; \"batch\") | is_child(\$root)"
ok "all is delivered" cluster_wait_drained
spans_ok "and no span was sent under two jobs' names" "map(.copies) | max == 1"
ok "every line is JSON" jq -e . "$CLUSTER_TRACES"
ok "in UTF-8" iconv -f UTF-8 -t UTF-8 "$CLUSTER_TRACES"
not_ok "without a control character" grep -qaP '[\x00-\x09\x0b-\x1f]' "$CLUSTER_TRACES"
ok "no agent died" test "$(cluster_agents | wc -l)" -eq 2
ok "nothing was set aside" test -z "$(find "$CLUSTER_SPOOL" -path '*/bad/*' -size +0)"
is "no daemon complains about us" "$(grep -h 'error: otel: ' "$CLUSTER_DIR"/log/slurm*.log)" ""

done_testing
