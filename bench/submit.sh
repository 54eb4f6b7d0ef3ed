# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Submissions with and without job_submit/otel, for bench/run.sh.
# shellcheck disable=SC2153,SC2154 # BUILD, WORK and CLUSTER_DIR are run.sh's

SUBMIT_COUNT=${SUBMIT_COUNT:-1000} # with and without
SBATCH_COUNT=${SBATCH_COUNT:-200}
# Empty: both without, which shows what the machine's noise is.
SUBMIT_PLUGIN=${SUBMIT_PLUGIN-JobSubmitPlugins=otel}

# submit_controller VARIANT [LINE]: a slurmctld of its own, without nodes.
submit_controller() {
  local dir=$CLUSTER_DIR/$1
  mkdir "$dir" "$dir/state" "$dir/spool"
  sed -e "s|^SlurmctldPort=.*|SlurmctldPort=$(free_ports 1)|" \
    -e "s|^StateSaveLocation=.*|StateSaveLocation=$dir/state|" \
    -e "s|^SlurmctldPidFile=.*|SlurmctldPidFile=$dir/pid|" \
    -e "s|^SlurmctldLogFile=.*|SlurmctldLogFile=$dir/log|" \
    "$CLUSTER_DIR/slurm.conf" >"$dir/slurm.conf"
  echo "${2:-}" >>"$dir/slurm.conf"
  {
    sed "s|^SpoolDir=.*|SpoolDir=$dir/spool|" "$CLUSTER_DIR/otel.conf"
    printf 'SampleRule=partition=none* user=nobody sample=0\nMaxTracesPerSecond=100000\n'
  } >"$dir/otel.conf"
  SLURM_CONF=$dir/slurm.conf cluster_start_slurmctld
  CLUSTER_PID["slurmctld.$1"]=${CLUSTER_PID[slurmctld]}
  unset "CLUSTER_PID[slurmctld]"
  SLURM_CONF=$dir/slurm.conf cluster_until 20 scontrol ping >/dev/null
}

# Each answers a line with what it took; the first ones are not counted.
# shellcheck disable=SC2034 # the pipes are used by the name of their variant
submit_by_api() {
  local i variant answer
  coproc WITHOUT { SLURM_CONF=$CLUSTER_DIR/without/slurm.conf "$BUILD/bench_submit"; }
  # bash warns of a second one, which is what is wanted
  { coproc WITH { SLURM_CONF=$CLUSTER_DIR/with/slurm.conf "$BUILD/bench_submit"; }; } 2>/dev/null
  for ((i = -20; i < SUBMIT_COUNT; i++)); do
    for variant in $(submit_turn "$i"); do
      declare -n pipe=${variant^^}
      echo >&"${pipe[1]}"
      read -r _ answer <&"${pipe[0]}"
      ((i < 0)) || echo "$answer" >>"$WORK/submit.$variant"
    done
  done
}

submit_by_sbatch() {
  local i variant start
  for ((i = 0; i < SBATCH_COUNT; i++)); do
    for variant in $(submit_turn "$i"); do
      start=$(date +%s%N)
      SLURM_CONF=$CLUSTER_DIR/$variant/slurm.conf sbatch --quiet --hold --output=/dev/null --wrap true
      echo $((($(date +%s%N) - start) / 1000)) >>"$WORK/sbatch.$variant"
    done
  done
}

# Whatever the machine does hits both: they take turns with every job, and
# each comes first every other time.
submit_turn() { # NUMBER
  if (($1 % 2)); then echo with without; else echo without with; fi
}

# The quartile: a noisy machine only ever makes a submission longer.
submit_report() { # WHAT LABEL
  local variant
  for variant in without with; do sort -n "$WORK/$1.$variant" >"$WORK/sorted.$variant"; done
  for variant in without with; do
    awk -v label="$2, $variant it" '
      { v[FNR] = $1; sum += $1 }
      FNR == 1 && NR > 1 { base = quartile; all = sum - $1; sum = $1 }
      { quartile = v[int((FNR + 3) / 4)]; median = v[int((FNR + 1) / 2)] }
      END { printf "%-20s  first quartile %6.2f ms   ratio %.3f   median %6.2f ms   %d in %.2f s   ratio %.3f\n",
                   label, quartile / 1000, quartile / base, median / 1000, FNR, sum / 1e6, sum / all }
      ' "$WORK/sorted.without" "$WORK/sorted.$variant"
  done
}

bench_submit() {
  say "Submissions with and without job_submit/otel (budget: 5 % longer)"
  cluster_start --nodes 1
  cluster_stop_node n1
  cluster_stop_slurmctld
  submit_controller without
  submit_controller with "$SUBMIT_PLUGIN"
  submit_by_api
  ((SBATCH_COUNT == 0)) || submit_by_sbatch
  cluster_stop
  submit_report submit "C API"
  ((SBATCH_COUNT == 0)) || submit_report sbatch "sbatch"
}
