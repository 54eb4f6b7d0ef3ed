#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Many random jobs of all kinds at once on 4 nodes, and then: every trace is a
# tree, every attempt of every job has one root, and every step that ran is
# there as the span that it found in its TRACEPARENT.  200 jobs with CI=true,
# else 40.  RANDOM_SEED=N repeats a plan; RANDOM_JOBS=N makes it longer.
. "$(dirname "$0")/lib/test.sh"
# shellcheck source=tests/cluster/lib/ran.sh
. "$CLUSTER_LIB/lib/ran.sh"
needs_jobcomp

seed=${RANDOM_SEED:-$((SRANDOM % 1000000))}
jobs=${RANDOM_JOBS:-$([[ -n ${CI:-} ]] && echo 200 || echo 40)}
echo "# drill of $jobs jobs, RANDOM_SEED=$seed repeats it"
unset TRACEPARENT TRACESTATE BAGGAGE
RANDOM=$seed

# --- the plan: a kind and its arguments a line ---------------------------

# Each as often as it shall be met.
kinds=(batch batch batch batch parallel srun srun salloc salloc array array het
  failing failing cancel_pending cancel_running requeue nested nested given given_array)

pick() { # VARIABLE WORD...: by RANDOM of this shell, so not in a $(...)
  local variable=$1
  shift
  printf -v "$variable" %s "${@:RANDOM % $# + 1:1}"
}

hex() { # VARIABLE DIGITS
  local -n made=$1
  made=
  while ((${#made} < $2)); do
    printf -v made '%s%04x' "$made" $((RANDOM % 65535 + 1))
  done
}

steps() { # VARIABLE: up to three things a job script does
  local -n list=$1
  local word n
  pick n 1 1 2 3
  list=
  while ((n-- > 0)); do
    pick word step step wide both inner bad
    list+=" $word"
  done
}

plan=()
known=()
make_plan() {
  local kind what nodes code tasks trace parent
  while ((${#plan[@]} < jobs)); do
    pick kind "${kinds[@]}"
    pick nodes 1 1 2
    pick tasks 2 3
    pick code exit1 exit3 bad kill
    steps what
    case $kind in
    failing) what+=" $code" ;;
    given*)
      hex trace 32
      hex parent 16
      known+=("$parent")
      what="$trace $parent $tasks $what"
      ;;
    array) what="$tasks $what" ;;
    nested)
      pick what nested nested_in_step
      steps code
      what+=" $code"
      ;;
    esac
    plan+=("$kind $nodes $what")
  done
}

# --- what a job does -----------------------------------------------------

make_scripts() {
  ran=$(ran_script)
  # slurmd runs a batch script as a copy of its own
  export DRILL=$CLUSTER_DIR
  job=$(cluster_script job <<'END'
here=$DRILL
ran=$here/ran.sh
[[ -z $SLURMD_NODENAME ]] || $ran
for word; do
  case $word in
  step) srun -N1 -n1 $ran ;;
  wide) srun -N"$SLURM_JOB_NUM_NODES" -n"$SLURM_JOB_NUM_NODES" $ran ;;
  both)
    srun -N1 -n1 --overlap $ran &
    srun -N1 -n1 --overlap $ran &
    wait
    ;;
  inner) srun -N1 -n1 --overlap sh -c "$ran; srun -N1 -n1 --overlap $ran" ;;
  bad) srun -N1 -n1 $ran 3 ;;
  het) srun --het-group=0,1 $ran ;;
  nested) sbatch --output=/dev/null "$here/job.sh" step ;;
  nested_in_step) srun -N1 -n1 sh -c "$ran; sbatch --output=/dev/null $here/job.sh step" ;;
  block) exec sleep 300 ;;
  once) [[ ${SLURM_RESTART_COUNT:-0} -gt 0 ]] || exec sleep 300 ;;
  kill) kill -9 $$ ;;
  exit*) exit "${word#exit}" ;;
  esac
done 2>>"$here/log/drill.out"
exit 0
END
)
}

submit() { # SBATCH-OPTIONS...: prints the job id
  sbatch --parsable --output=/dev/null "$@"
}

run_one() { # KIND NODES WORD...
  local kind=$1 nodes=$2 id
  shift 2
  case $kind in
  batch | failing | nested | parallel) submit -N"$nodes" "$job" "$@" ;;
  srun) srun -N"$nodes" "$ran" || true ;;
  salloc) salloc -N"$nodes" "$job" "$@" ;;
  array) submit --array=1-"$1"%2 "$job" "${@:2}" ;;
  het) submit -n1 : -n1 "$job" het step het ;;
  cancel_pending) scancel "$(submit --hold "$job" "$@")" ;;
  cancel_running)
    id=$(submit -N"$nodes" "$job" "$@" block)
    cluster_wait_running "$id" 120
    scancel "$id"
    ;;
  requeue)
    id=$(submit --requeue -N"$nodes" "$job" once "$@")
    cluster_wait_running "$id" 120
    cluster_until 60 requeue "$id"
    ;;
  given) TRACEPARENT=00-$1-$2-01 submit -N"$nodes" "$job" "${@:4}" ;;
  given_array) TRACEPARENT=00-$1-$2-01 submit --array=1-"$3" "$job" "${@:4}" ;;
  esac
}

# Refused within the second in which the job began.
requeue() { # JOB
  scontrol requeue "$1" 2>/dev/null
}

# --- the drill -----------------------------------------------------------

# At most eight clients at a time wait for their jobs.
run_plan() {
  local line
  for line in "${plan[@]}"; do
    # shellcheck disable=SC2086
    (run_one $line) >>"$CLUSTER_DIR/log/drill.out" 2>&1 &
    while (($(jobs -rp | wc -l) >= 8)); do
      wait -n || true
    done
  done
  wait
}

# Nothing waits, but for what Slurm held back for two minutes: a requeued job,
# or one whose launch failed on a machine that is too busy.
all_done() {
  local id
  for id in $(squeue -h -r -t PD -o '%i %r' | awk '$2 == "BeginTime" { print $1 }'); do
    scontrol update JobId="$id" StartTime=now || true
  done
  cluster_queue_empty
}

# "JOB RESTARTS" of each job that slurmctld knows.
known_jobs() {
  scontrol -o show job | sed -nE 's/^JobId=([0-9]+) (.* )?Restarts=([0-9]+) .*/\1 \3/p'
}

start_with_plugins --nodes 4 --cpus 8 --slurm-conf SchedulerType=sched/backfill \
  --slurm-conf SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0 \
  --slurm-conf MinJobAge=3600
make_plan
make_scripts
started=$SECONDS
run_plan
ok "every job ends" cluster_until 300 all_done
ok "and its spans leave the spools" cluster_wait_drained 60
echo "# $((SECONDS - started)) s, $(wc -l <"$CLUSTER_DIR/ran") tasks, $(ran_headless | wc -l) steps without their first node"

known_jobs >"$CLUSTER_DIR/jobs"
awk '{ for (i = 0; i <= $2; i++) print $1 "." i }' "$CLUSTER_DIR/jobs" | sort >"$CLUSTER_DIR/attempts"
mapfile -t -O "${#known[@]}" known < <(ran_headless | cut -d ' ' -f 3)
ids=$(printf '"%s",' "${known[@]}")
ids="[${ids%,}]"
[[ ${#known[@]} -gt 0 ]] || ids="[]"

# that of a step whose slurmstepd died comes from the agent, later than its job's
nothing_missing() {
  ran_nothing_missing && cluster_spans_hold "lost_parents($ids) == []"
}

ok "slurmctld knows a job a line of the plan, and more" \
  test "$(wc -l <"$CLUSTER_DIR/jobs")" -ge "$jobs"
wait_ok "as many roots as attempts arrive" "attempts | length >= $(wc -l <"$CLUSTER_DIR/attempts")"
cluster_until 30 nothing_missing || true
is "one root for each attempt of each job" "$(cluster_query 'attempts[]' | sort |
  diff - "$CLUSTER_DIR/attempts" || true)" ""
spans_is "every span hangs in its tree" "lost_parents($ids) | table" "[]"
spans_is "and in that of its own attempt" "misplaced | table" "[]"
spans_is "a trace has one job at its top" "split_traces" "[]"
spans_is "a job is in one trace" \
  'group_by(.attrs["slurm.job.id.raw"]) | map(select(traces | length > 1)) | map(table)' "[]"
spans_is "no span id stands for two spans" "duplicates | table" "[]"
spans_is "no end lies before its start" "backwards | table" "[]"
spans_is "nothing begins before its job" "early | table" "[]"

ran_all_ok "each step that ran is the span it found itself in"
is "each step that went well has run" \
  "$(ran_arrived '.status == "unset"' | comm -23 - <(ran_seen))" ""
ok "and these were more than one a job" test "$(ran_seen | wc -l)" -gt "$(wc -l <"$CLUSTER_DIR/jobs")"

((TAP_FAILED == 0)) || diag "plan:" "${plan[@]}"
done_testing
