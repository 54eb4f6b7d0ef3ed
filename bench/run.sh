#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Measures what slurm-otel costs, each thing against its alternative in the
# same run, since machines differ and are noisy.  The budgets stand in
# doc/design.md; bench/README.md keeps figures with the machine they are from.
#
# usage: bench/run.sh [hooks|encode|jobcomp|srun|submit|backlog|idle]...   (default: all)
set -euo pipefail

case ${1:-} in
-*) sed -n 's/^# \{0,1\}//; /^usage:/p' "$0" && exit 0 ;;
esac

TOP=$(cd "$(dirname "$0")/.." && pwd)
BUILD=$TOP/build
CLUSTER_STAGE=$BUILD/stage
SRUN_ROUNDS=${SRUN_ROUNDS:-60}

# shellcheck source=tests/cluster/cluster.sh
. "$TOP/tests/cluster/cluster.sh"

WORK=$(mktemp -d /tmp/slurm-otel-bench.XXXXXX)
trap 'cluster_stop; otelcol_stop; rm -rf "$WORK"' EXIT
# shellcheck source=bench/agent.sh
. "$TOP/bench/agent.sh"
# shellcheck source=bench/submit.sh
. "$TOP/bench/submit.sh"

say() {
  printf '\n%s\n' "$*"
}

prepare() {
  if [[ ! -x $CLUSTER_STAGE/sbin/slurm-otel-agent ]]; then
    echo "bench: nothing is built in $BUILD; run tests/run.sh --unit first" >&2
    exit 1
  fi
  make -s -C "$BUILD" bench >"$WORK/make.log" 2>&1 || {
    cat "$WORK/make.log" >&2
    exit 1
  }
  mkdir -m 0755 "$WORK/spool"
  mkdir -m 0700 "$WORK/spool/slurmd" "$WORK/spool/slurmctld"
  printf 'SpoolDir=%s/spool\nEndpoint=file:%s/traces.jsonl\n' "$WORK" "$WORK" \
    >"$WORK/otel.conf"
}

bench_hooks() {
  say "Hooks of one step in slurmstepd (budget: 150 us median)"
  "$BUILD/bench_hooks" "$WORK"
}

bench_encode() {
  say "Encoding and the spool"
  "$BUILD/bench_encode" "$WORK/spool/slurmd"
}

# The plugin directory of the installed Slurm, for jobcomp/filetxt.
slurm_plugins() {
  local dir
  for dir in /usr/lib/*/slurm-wlm /usr/lib/*/slurm /usr/lib64/slurm; do
    [[ -f $dir/jobcomp_filetxt.so ]] && echo "$dir" && return
  done
}

bench_jobcomp() {
  local dir
  say "jobcomp, a record (budget: 20 us median, 100 us p99, no slower than filetxt)"
  dir=$(slurm_plugins)
  if [[ -z $dir || ! -x $BUILD/bench_jobcomp ]]; then
    echo "skipped: no jobcomp_filetxt.so here, or built without --with-slurm-source"
    return
  fi
  printf 'ClusterName=bench\nSlurmctldHost=localhost\nSlurmUser=%s\nNodeName=n1\n' \
    "$(id -un)" >"$WORK/slurm.conf"
  SLURM_CONF=$WORK/slurm.conf "$BUILD/bench_jobcomp" \
    "$CLUSTER_STAGE/lib/slurm/jobcomp_otel.so" "$dir/jobcomp_filetxt.so" "$WORK/filetxt.log" \
    "$WORK/spool/slurmctld"
}

# one_srun VARIANT: milliseconds of one `srun true` with that plugstack.conf.
one_srun() {
  local start end
  cp "$WORK/plugstack.$1" "$CLUSTER_DIR/plugstack.conf"
  start=$(date +%s%N)
  srun --quiet -N1 -n1 true
  end=$(date +%s%N)
  echo $(((end - start) / 1000)) >>"$WORK/srun.$1"
}

median() {
  sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# Steps of one job, so that the queue has no part in it; the variants take
# turns, so that whatever the machine does hits all alike.
bench_srun() {
  local round variant base
  say "srun -N1 true, $SRUN_ROUNDS rounds (budget: within 1 ms of the no-op plugin)"
  cluster_start --nodes 1
  : >"$WORK/plugstack.none"
  echo "optional $BUILD/.libs/libnoopspank.so" >"$WORK/plugstack.noop"
  cp "$CLUSTER_DIR/plugstack.conf" "$WORK/plugstack.otel"
  SLURM_JOB_ID=$(salloc --no-shell -N1 2>&1 | sed -n 's/.*Granted job allocation //p')
  export SLURM_JOB_ID
  for variant in none noop otel; do one_srun "$variant"; rm "$WORK/srun.$variant"; done
  for ((round = 0; round < SRUN_ROUNDS; round++)); do
    for variant in none noop otel; do one_srun "$variant"; done
  done
  scancel "$SLURM_JOB_ID"
  unset SLURM_JOB_ID
  cluster_stop
  base=$(median "$WORK/srun.none")
  for variant in none noop otel; do
    awk -v name="$variant" -v us="$(median "$WORK/srun.$variant")" -v base="$base" 'BEGIN {
      label["none"] = "without a plugin"; label["noop"] = "with a no-op plugin"
      label["otel"] = "with spank_otel.so"
      printf "%-28s  median %8.2f ms   ratio %.3f\n", label[name], us / 1000, us / base }'
  done
}

prepare
for what in "${@:-hooks encode jobcomp srun submit backlog idle}"; do
  for one in $what; do
    "bench_$one"
  done
done
