# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What every cluster test begins with: strict bash, the cluster, TAP, questions
# to spans as assertions, and the daemons' logs when something failed.
set -euo pipefail

# shellcheck source=tests/cluster/cluster.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cluster.sh"
# shellcheck source=tests/cluster/tap.sh
. "$CLUSTER_LIB/tap.sh"

test_end() {
  local status=$?
  if ((status != 0 || TAP_FAILED)); then
    cluster_logs 2>&1 | sed 's/^/# /' || true
  fi
  cluster_stop
}
trap test_end EXIT

# The cluster with our plugins; a test of them is none without them.
start_with_plugins() {
  cluster_start "$@"
  [[ $CLUSTER_PLUGINS == yes ]] && return
  echo "Bail out! no plugins in $CLUSTER_STAGE/lib/slurm: make install first"
  exit 1
}

# Ends a script that asks for what only jobcomp/otel records, where it is not built.
needs_jobcomp() {
  cluster_has_jobcomp || skip_all "$NO_JOBCOMP"
}
NO_JOBCOMP="jobcomp/otel is not built: no source tree of Slurm $(cluster_slurm_version)"

# spans_ok DESCRIPTION EXPRESSION: jq says something other than null or false.
spans_ok() {
  local output
  if output=$(cluster_query "$2" -e 2>&1); then
    pass "$1"
  else
    fail "$1" "$output from: $2" "$(cluster_query 'table[]' 2>&1)"
  fi
}

# spans_is DESCRIPTION EXPRESSION EXPECTED: jq prints that (strings raw, else compact).
spans_is() {
  local output
  output=$(cluster_query "$2" 2>&1) || true
  if [[ $output == "$3" ]]; then
    pass "$1"
  else
    fail "$1" "     got: $output" "expected: $3" "    from: $2" \
      "$(cluster_query 'table[]' 2>&1)"
  fi
}

# wait_ok DESCRIPTION EXPRESSION [SECONDS]: as spans_ok, sooner or later.
wait_ok() {
  local output
  if output=$(cluster_wait_spans "$2" "${3:-20}" 2>&1); then
    pass "$1"
  else
    fail "$1" "$output"
  fi
}
