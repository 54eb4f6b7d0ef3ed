# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests of kinds of jobs ask in common: doc/job_kinds.md has the table
# that they prove.

# attempt_is KIND JOB ATTEMPT STATE STATUS STEP...: the attempt (0, 1, ...) has
# one root with this state, status and, for an error, the state as error.type,
# and these steps.
attempt_is() {
  local kind=$1 job=$2 attempt=$3 state=$4 status=$5 type=null steps=
  shift 5
  (($# == 0)) || steps=$(printf '"%s"\n' "$@" | sort | paste -sd,)
  [[ $status != error ]] || type="\"$state\""
  wait_ok "$kind: its spans arrive" \
    "attempt($job; $attempt) | length > 0 and (named(\"slurm.job\") | length) == 1 and attempt_steps == [$steps]" 60
  spans_is "$kind: state, status, error.type" \
    "attempt($job; $attempt) | named(\"slurm.job\")[0] | [.attrs[\"slurm.state\"], .status, .attrs[\"error.type\"]]" \
    "[\"$state\",\"$status\",$type]"
}

# root_ok KIND JOB ATTEMPT EXPRESSION: of the attempt's root, which is its input.
root_ok() {
  spans_ok "$1" "attempt($2; $3) | named(\"slurm.job\")[0] | ($4)"
}

# root_is KIND JOB ATTEMPT EXPRESSION EXPECTED
root_is() {
  spans_is "$1" "attempt($2; $3) | named(\"slurm.job\")[0] | ($4)" "$5"
}

# Everything the cluster exported, at the end of a test.  $1: the span ids that
# were given at submission, as a list for jq; the test began at $2 (seconds); spans
# may end $3 seconds after their job: the nodes of a busy machine are late.
all_sound() {
  spans_is "every trace is a sound tree" "faults([$1]; ${3:-15})" "[]"
  spans_is "no span id is used twice" "map(.copies) | max" 1
  spans_ok "every moment lies in the time of the test" \
    "all(.start >= ($2 - 1) * 1e9 and .end <= (now + 1) * 1e9)"
  # The check itself sees what is wrong.
  spans_ok "a root that is missing would be seen" 'map(select(.name != "slurm.job")) | faults | length > 0'
  spans_ok "a step in the wrong place would be seen" \
    'map(if .name == "slurm.step" then .parent = "0123456789abcdef" else . end) | faults | length > 0'
}

job_reaches() { # JOB STATE [SECONDS]
  ok "job $1 becomes $2" cluster_until "${3:-30}" cluster_job_is "$1" "$2"
}
