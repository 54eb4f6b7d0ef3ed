#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An upgrade of everything of ours in the order of doc/operations.md, on a
# cluster that works all the time: no job fails, every span arrives, of the old
# release and of the new one.  Where Slurm's daemons execute a new one at
# `scontrol reconfigure` (23.11), a second upgrade goes without any restart.
. "$(dirname "$0")/lib/test.sh"
# shellcheck source=tests/cluster/lib/release.sh
. "$CLUSTER_LIB/lib/release.sh"
unset TRACEPARENT TRACESTATE BAGGAGE

NODES=3
[[ ${CI:-} != true ]] || NODES=4

needs_jobcomp
RELEASES=$(mktemp -d /tmp/r.XXXX)
chmod 755 "$RELEASES"
upgrade_end() {
  test_end
  rm -rf "$RELEASES"
}
trap upgrade_end EXIT
release_copy "$CLUSTER_STAGE" "$RELEASES/s"
release_next "$RELEASES/s" "$RELEASES/next"
cp -a "$RELEASES/s" "$RELEASES/first"
CLUSTER_STAGE=$RELEASES/s

start_with_plugins --nodes $NODES --cpus 8 --slurm-conf 'JobSubmitPlugins=otel
PrologFlags=Alloc
JobRequeue=0'

# --- what runs all the time
# Each task notes its TRACEPARENT, which names a span that must have arrived in
# the end, and each job the steps it has made.
mkdir "$CLUSTER_DIR/seen"
chmod 777 "$CLUSTER_DIR/seen"
cluster_script task >/dev/null <<'END'
echo "$SLURM_JOB_ID.${SLURM_STEP_ID:-batch} $TRACEPARENT" >"$SEEN/$SLURM_JOB_ID.${SLURM_STEP_ID:-batch}.$SLURM_PROCID"
exec "$@"
END
export SEEN=$CLUSTER_DIR/seen TASK=$CLUSTER_DIR/task.sh

note() { # JOB TASKS STEPS: TASKS of an array, else 1
  printf '{"job":"%s","tasks":%s,"steps":%s}\n' "$@" >>"$CLUSTER_DIR/jobs"
}

submit() { # TASKS STEPS SBATCH-OPTIONS...: until slurmctld takes it; sets job
  local tasks=$1 steps=$2
  shift 2
  until job=$(cluster_submit "$@" 2>>"$CLUSTER_DIR/log/submit.out"); do
    sleep 0.2
  done
  note "$job" "$tasks" "$steps"
}

few_jobs() {
  (($(squeue -h -r 2>/dev/null | wc -l) < 5))
}

# A job that is an srun must find slurmctld when it begins and ends: none while
# that is away.
run_srun() {
  local output
  exec 9>"$CLUSTER_DIR/away.lock"
  flock -sn 9 || return 0
  if output=$(srun -N2 -n2 bash -c '$TASK true; echo $SLURM_JOB_ID' 2>>"$CLUSTER_DIR/log/submit.out"); then
    note "${output##*$'\n'}" 1 '["0"]'
  else
    echo failed >>"$CLUSTER_DIR/srun_failed"
  fi
  exec 9>&-
}

stream() {
  local n=0 job
  while [[ ! -e $CLUSTER_DIR/enough ]]; do
    cluster_until 30 few_jobs || continue
    exec 7>"$CLUSTER_DIR/stream.lock"
    flock 7
    # Slurm (22.05 and 24.11) keeps a job waiting for minutes whose next step
    # comes while slurmctld starts, with or without us.
    [[ ! -e $CLUSTER_DIR/no_steps ]] || n=2
    case $((n++ % 4)) in
    0) submit 1 '["0","1","2","batch"]' -N2 -n2 --wrap '$TASK true; srun $TASK true; srun -N1 -n1 $TASK true; srun $TASK sleep 0.2' ;;
    1) submit 3 '["0","batch"]' --array=1-3 --wrap '$TASK true; srun $TASK true' ;;
    2) submit 1 '["batch"]' --job-name=plain --wrap '$TASK sleep 0.3' ;;
    3) run_srun ;;
    esac
    exec 7>&-
  done
}

# A job on every node whose first step lives through a whole upgrade, and which
# makes another step after it.
begin_long_job() { # NAME
  submit 1 '["0","1","batch"]' -N$NODES -n$NODES --chdir="$CLUSTER_DIR" --job-name="$1" --wrap "\$TASK true
    srun \$TASK bash -c 'touch $1.runs.\$SLURM_PROCID; until test -e $1.go; do sleep 0.1; done'
    srun \$TASK true"
  ok "$1: a job runs on all nodes" cluster_until 60 long_job_runs "$1"
}

long_job_runs() { # NAME
  (($(compgen -G "$CLUSTER_DIR/$1.runs.*" | wc -l) == NODES))
}

some_jobs_end() {
  local before
  before=$(wc -l <"$CLUSTER_DIR/jobs")
  cluster_until 60 more_jobs_than $((before + 4))
}

more_jobs_than() {
  (($(wc -l <"$CLUSTER_DIR/jobs") >= $1))
}

# --- agents
everybody=slurmctld
for ((i = 1; i <= NODES; i++)); do
  everybody+=" slurmd.n$i"
done

agents_are() {
  [[ $(cluster_agents | cut -d' ' -f1 | paste -sd' ') == "$1" ]]
}

# As many processes as spools: none that lost its pid file to another.
agent_processes() {
  local pid n=0
  for pid in /proc/[0-9]*; do
    ! cluster_is "${pid#/proc/}" slurm-otel-agent || ! grep -qsz "^$CLUSTER_SPOOL/" "$pid/cmdline" || n=$((n + 1))
  done
  echo $n
}

agents_are_single() { # SCENARIO
  ok "$1: each daemon has an agent" cluster_until 20 agents_are "$everybody"
  is "$1: and just one" "$(agent_processes)" $((NODES + 1))
}

# --- what arrived
ask() {
  cluster_query ". as \$spans | $1" --argjson jobs "$(jq -sc . "$CLUSTER_DIR/jobs")" --argjson tasks "$(
    jq -nRc '[inputs | capture("^(?<job>\\d+)[.](?<step>\\w+) 00-(?<trace>\\w+)-(?<id>\\w+)-\\w+$")]' "$SEEN"/*
  )" "${@:2}"
}

# The jobs of which something is missing.
INCOMPLETE='($spans | group_by(.attrs["slurm.array.job_id"] // .attrs["slurm.job.id.raw"])
    | map({key: (.[0] | .attrs["slurm.array.job_id"] // .attrs["slurm.job.id.raw"]), value: .}) | from_entries) as $of
  | $jobs | map(. as $job | select($of[$job.job] // [] | group_by(.attrs["slurm.job.id.raw"])
    | length != $job.tasks or any(.[]; (named("slurm.job") | length != 1)
      or (named("slurm.phase.queued") | length != 1) or attempt_steps != $job.steps or (traces | length != 1))) | .job)'

complete() {
  [[ $(ask "$INCOMPLETE") == "[]" ]]
}

all_is_there() {
  touch "$CLUSTER_DIR/enough"
  wait "$STREAM"
  ok "every job ends" cluster_wait_idle 120
  is "no job failed" "$(scontrol -o show job | grep -vE 'JobState=COMPLETED .* ExitCode=0:0 ' | cut -c1-300)" ""
  ok "and no srun" test ! -e "$CLUSTER_DIR/srun_failed"
  ok "root, queue and steps of each job are there" cluster_until 30 complete
  diag "$(wc -l <"$CLUSTER_DIR/jobs") jobs, incomplete: $(ask "$INCOMPLETE")"
  is "each task found a span in TRACEPARENT" "$(ask '$tasks | length')" "$(cat "$SEEN"/* | wc -l)"
  is "which arrived" "$(ask '($spans | by_id) as $ids | $tasks | map(select($ids[.trace + .id] == null))')" "[]"
  spans_is "no span is there twice" 'map(select(.copies > 1)) | table' "[]"
  spans_is "no span lacks its parent" 'orphans | table' "[]"
  is "nothing was lost" "$(cluster_lost)" 0
}

# Of all spans with NAME those that have one attribute and not the other.
with() { # NAME ATTRIBUTE OTHER
  cluster_query "named(\"$1\") | map(select(.attrs | has(\"$2\") and (has(\"$3\") | not))) | length"
}

scopes() {
  jq -rR 'fromjson? | .resourceSpans[].scopeSpans[].scope.version' "$CLUSTER_TRACES" | sort | uniq -c | awk '{ print $2 }' | paste -sd' '
}

no_steps_to_come() {
  local names
  names=$(squeue -h -r -O name:20) && ! grep -v '^\(\(first\|second\|plain\) .*\)\?$' <<<"$names" >/dev/null
}

slurmctld_starts_again() { # COMMAND...
  touch "$CLUSTER_DIR/no_steps"
  # The stream may have looked for that already, and submit a job with steps yet.
  flock -w 120 "$CLUSTER_DIR/stream.lock" true || fail "the stream submits a job in time"
  cluster_until 60 no_steps_to_come || fail "jobs without further steps run"
  exec 8>"$CLUSTER_DIR/away.lock"
  flock 8
  # in this shell, which keeps the daemons' process ids
  if "$@"; then pass "slurmctld starts again"; else fail "slurmctld starts again"; fi
  exec 8>&-
  rm -f "$CLUSTER_DIR/no_steps"
}

stream &
STREAM=$!
ok "jobs run" some_jobs_end
begin_long_job first
agents_are_single "before"
is "one release speaks" "$(scopes | wc -w)" 1
is "and not yet the next" "$(with slurm.step $RELEASE_STEP slurm.step.ntasks)$(with slurm.job $RELEASE_ROOT slurm.job.priority)" 00

# --- the next release: files, agents, slurmctld, one slurmd after the other
release_install "$RELEASES/next" "$CLUSTER_STAGE"
cluster_stop_agents TERM
is "agents stop" "$(cluster_agents)" ""
restart_slurmctld() {
  cluster_stop_slurmctld
  cluster_start_slurmctld
}
slurmctld_starts_again restart_slurmctld
for node in "${CLUSTER_NODES[@]}"; do
  cluster_stop_node "$node"
  cluster_start_node "$node" || fail "slurmd of $node starts again"
done
agents_are_single "upgraded"
ok "jobs go on" some_jobs_end
touch "$CLUSTER_DIR/first.go"
ok "and end" some_jobs_end

# --- and back, by a reconfigure: each daemon executes another one
if cluster_slurm_since 23.11; then
  begin_long_job second
  release_install "$RELEASES/first" "$CLUSTER_STAGE"
  cluster_stop_agents TERM
  reconfigure() {
    scontrol reconfigure && cluster_until 30 cluster_answers
  }
  slurmctld_starts_again reconfigure
  agents_are_single "reconfigured"
  before=$(with slurm.job slurm.job.priority $RELEASE_ROOT)
  ok "jobs go on after it" some_jobs_end
  touch "$CLUSTER_DIR/second.go"
  ok "and end after it" some_jobs_end
  more_of_first() {
    (($(with slurm.job slurm.job.priority $RELEASE_ROOT) > before))
  }
  ok "the release that was brought back speaks" cluster_until 20 more_of_first
fi

all_is_there
is "both releases speak" "$(scopes | wc -w)" 2
for name in step job; do
  eval "new=\$RELEASE_$([[ $name == step ]] && echo STEP || echo ROOT)"
  old=slurm.$([[ $name == step ]] && echo step.ntasks || echo job.priority)
  ok "slurm.$name of the old release" test "$(with slurm.$name "$old" "$new")" -gt 0
  ok "slurm.$name of the new release" test "$(with slurm.$name "$new" "$old")" -gt 0
done

done_testing
