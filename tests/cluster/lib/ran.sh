# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tasks that say which span they found themselves in, and what is missing of that
# among the spans that arrived: whether anything that ran was lost.  For scripts
# to source, behind test.sh:
#
#   ran=$(ran_script)
#   ... jobs that run $ran [EXIT-STATUS] as their tasks ...
#   wait_ok "they arrive" ...
#   ran_all_ok "each step that ran is there"

# Makes the program, and prints its path.
ran_script() {
  : >"$CLUSTER_DIR/ran"
  cluster_script ran <<'END_OF_SCRIPT'
node=$SLURM_NODEID
[[ -z ${SLURM_HET_SIZE:-} ]] || node=0 # each component has a first node of its own
echo "$SLURM_JOB_ID ${TRACEPARENT:-none} ${node:-0}" >>"${0%/*}/ran"
exit "${1:-0}"
END_OF_SCRIPT
}

# What the tasks saw: "JOB TRACE ID" a line, sorted.  To a heterogeneous step each of
# its components is the first one.  Without those of ran_headless.
ran_seen() {
  ran_steps 1
}

# Steps of jobs that were cancelled just when they were launched, so that they ran on
# other nodes than their first alone: the first node did not start its part any more,
# and it is the one that writes the span.
ran_headless() {
  ran_steps 0
}

# ran_steps HEADED: 1 for all but the headless, 0 for those.
ran_steps() {
  scontrol -o show job | sed -nE 's/^JobId=([0-9]+) (.* )?JobState=CANCELLED.*/\1/p' >"$CLUSTER_DIR/cancelled"
  awk -v headed="$1" 'FILENAME == ARGV[1] { cancelled[$1]; next }
    { split($2, part, "-"); step = $1 " " part[2] " " part[3]; seen[step] = $1 }
    $3 == 0 { head[step] }
    END { for (step in seen)
      if ((step in head || !(seen[step] in cancelled)) == headed) print step }' \
    "$CLUSTER_DIR/cancelled" "$CLUSTER_DIR/ran" | sort
}

# ran_arrived JQ-CONDITION: the same of the steps' spans that arrived and for which
# it holds.
ran_arrived() {
  ran_leaders
  cluster_query "named(\"slurm.step\") | map(select($1))[] | \"\(.attrs[\"slurm.job.id.raw\"]) \(.trace) \(.id)\"" |
    awk 'FILENAME != "-" { leader[$1] = $2; next } $1 in leader { $1 = leader[$1] } { print }' \
      "$CLUSTER_DIR/leaders" - | sort -u
}

# "JOB LEADER" of each component of a heterogeneous job.
ran_leaders() {
  scontrol -o show job | sed -nE 's/^JobId=([0-9]+) (.* )?HetJobId=([0-9]+) .*/\1 \3/p' >"$CLUSTER_DIR/leaders"
}

# What ran and has no span.
ran_missing() {
  ran_seen | comm -23 - <(ran_arrived true)
}

ran_nothing_missing() {
  [[ -z $(ran_missing) ]]
}

# ran_all_ok DESCRIPTION: a test; what it says first fits on the last page of a log.
ran_all_ok() {
  local missing
  missing=$(ran_missing)
  if [[ -z $missing ]]; then
    pass "$1"
  else
    fail "$1" "$(wc -l <<<"$missing") without a span; JOB TRACE SPAN:" "$(head -n 3 <<<"$missing")" \
      "$(ran_troubles | head -n 4)" "$(head -n 3 <<<"$missing" | ran_explain)"
  fi
}

# What our parts complained of in the daemons' logs, and how often.
ran_troubles() {
  cat "$CLUSTER_DIR"/log/*.log |
    grep -E 'otel: |slurm-otel-agent: (warning|error)' |
    grep -vE 'tracing is on|circuit breaker' |
    sed -E 's/^\[[^]]*\] //; s/[0-9]+/N/g' | sort | uniq -c | sort -rn
}

# What became of jobs (stdin, as ran_missing prints them).
ran_explain() {
  local id rest
  while read -r id rest; do
    grep "^$id .*$(cut -d" " -f 2 <<<"$rest")" "$CLUSTER_DIR/ran" || true
    cluster_query "map(select(.attrs[\"slurm.job.id.raw\"] == $id)) | table[]"
    grep -hE "(JobId=|[Jj]ob |StepId=|\[)$id([^0-9]|$)" "$CLUSTER_DIR"/log/slurm*.log | grep -v debug | cut -c 1-180 | tail -n 30
    scontrol show job "$id" | head -n 8
  done
}
