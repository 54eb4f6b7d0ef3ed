#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shows slurm-otel at work: builds it, starts a private Slurm cluster of three
# nodes in a temporary directory, runs jobs on it, draws their traces, and says
# what the agents delivered.
#
# usage: contrib/demo.sh [--endpoint URL]
#   --endpoint URL  export to a real receiver, e.g. http://localhost:4318,
#                   instead of a file that is drawn at the end
#
# The machine's own Slurm, if there is one, is not touched; whatever this script
# starts it stops, also when it is interrupted.  Exit status 0 means that every
# expected span arrived.
set -euo pipefail

TOP=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=contrib/lib/setup.sh
. "$TOP/contrib/lib/setup.sh"
# shellcheck source=tests/cluster/cluster.sh
. "$TOP/tests/cluster/cluster.sh"
# shellcheck disable=SC2016 # variables of the jobs, not of this script

endpoint=
while [[ $# -gt 0 ]]; do
  case $1 in
  --endpoint) endpoint=${2:?--endpoint wants a URL} && shift 2 ;;
  --endpoint=*) endpoint=${1#*=} && shift ;;
  -h | --help) sed -n 's/^# \{0,1\}//; /^usage:/,/^  *instead/p' "$0" && exit 0 ;;
  *) setup_die "unknown argument $1; try --help" ;;
  esac
done

trap cluster_stop EXIT
trap 'echo; echo "interrupted, stopping the cluster"; exit 130' INT TERM

phase=0
heading() {
  phase=$((phase + 1))
  printf '\n%d. %s\n' $phase "$*"
}

# What a small training run looks like to Slurm: programs, and the script that
# starts them.
batch_script() {
  local prepare train validate evaluate
  prepare=$(cluster_script prepare <<<'sleep 0.$((4 + SLURM_PROCID))')
  train=$(cluster_script train <<<'sleep 1.$((5 - 3 * SLURM_PROCID))')
  validate=$(cluster_script validate <<<'sleep 0.8')
  evaluate=$(cluster_script evaluate <<<'sleep 0.3; exit $((SLURM_PROCID == 0 ? 3 : 0))')
  cluster_script job <<END
srun -N3 -n3 $prepare
srun -N2 -n2 --exact $train &
srun -N1 -n2 --exact $validate &
wait
srun -N2 -n2 $evaluate
sleep 0.3
END
}

submit_jobs() {
  train=$(cluster_submit -N3 -n6 --job-name=train "$(batch_script)")
  # shellcheck disable=SC2016 # the job's own variable
  array=$(cluster_submit --array=1-3 --job-name=sweep --wrap 'srun sleep 0.$SLURM_ARRAY_TASK_ID')
  echo "  job $train: a batch script on 3 nodes, parallel steps, a step that fails"
  echo "  job $array: an array of 3 tasks"
}

wait_for() { # JOB TEXT
  printf '  %-44s' "$2"
  local start=$SECONDS
  cluster_wait_job "$1" 120 || return 1
  printf ' %3d s\n' $((SECONDS - start))
}

# Every span these jobs must leave, by the questions of tests/cluster/spans.jq.
expected_spans() {
  local task
  if ! cluster_has_jobcomp; then
    echo "steps($train) == [\"0\",\"1\",\"2\",\"3\",\"batch\"] and step($train; 3).status == \"error\""
    for task in 1 2 3; do
      echo "and steps(\"${array}_$task\") == [\"0\",\"batch\"]"
    done
    return
  fi
  echo "root($train) and phase($train; \"queued\") and steps($train) == [\"0\",\"1\",\"2\",\"3\",\"batch\"]"
  for task in 1 2 3; do
    echo "and root(\"${array}_$task\") and steps(\"${array}_$task\") == [\"0\",\"batch\"]"
  done
  echo "and orphans == [] and (traces | length) == 4"
  echo "and step($train; 3).status == \"error\" and root($train).status == \"unset\""
}

# What only slurmctld's records tell.
say_what_is_missing() {
  cluster_has_jobcomp || cat <<END
  NOT SHOWN, because jobcomp/otel was not built: each job's own span (its queue, state,
  exit code and usage) and the trace id in its AdminComment.  Below are the spans of the
  nodes alone; what they belong to stands as missing.  To see the rest, give the source
  tree of Slurm $(setup_slurm_version): SLURM_SOURCE=DIR contrib/demo.sh
END
}

show_comment() {
  comment="the traces of jobs $train and $array"
  cluster_has_jobcomp || return 0
  comment=$(cluster_job_field "$train" AdminComment)
  echo "  scontrol show job $train:  AdminComment=$comment"
  [[ $comment == trace_id=* ]] || setup_die "the job's comment does not show its trace id"
}

# Before any job runs: a receiver that is not there is no surprise at the end.
try_endpoint() {
  local answer
  answer=$("$CLUSTER_STAGE/bin/slurm-otel" check --send) ||
    setup_die "$(tail -n 1 <<<"$answer"); is a receiver there?"
  echo "  $(tail -n 1 <<<"$answer")"
}

show_agents() {
  heading "What the agents of this host say (slurm-otel status)"
  "$CLUSTER_STAGE/bin/slurm-otel" status
}

heading "Packages and sources"
setup_packages "${SETUP_BUILD_PACKAGES[@]}" "${SETUP_CLUSTER_PACKAGES[@]}"
setup_slurm_source
echo "  all there: Slurm $(setup_slurm_version)"

heading "Build"
setup_build build gcc

heading "A private cluster: slurmctld, three slurmd, munged"
start=$SECONDS
if [[ -n $endpoint ]]; then
  cluster_start --nodes 3 --otel-conf "Endpoint=$endpoint"
else
  cluster_start --nodes 3
fi
[[ $CLUSTER_PLUGINS == yes ]] || setup_die "the plugins were not built"
printf '  %-44s %3d s\n' "up, in $CLUSTER_DIR" $((SECONDS - start))
[[ -z $endpoint ]] || try_endpoint

heading "Jobs"
submit_jobs
wait_for "$train" "job $train"
wait_for "$array" "job $array"
show_comment

heading "Traces"
say_what_is_missing
if [[ -n $endpoint ]]; then
  cluster_wait_drained 30 2>/dev/null || {
    show_agents >&2 || true
    setup_die "$endpoint did not accept all spans"
  }
  echo "  $endpoint accepted every span"
  echo "  look there for $comment"
  show_agents
  exit 0
fi
cluster_wait_spans "$(expected_spans)" 30 || setup_die "not every expected span arrived"
"$CLUSTER_STAGE/bin/slurm-otel" show "$CLUSTER_TRACES"
cluster_wait_drained
show_agents
