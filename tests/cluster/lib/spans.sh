# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Spans that the private cluster's agents exported, asked in jq (../spans.jq,
# ../tree.jq, ../forest.jq).

# cluster_query EXPRESSION [JQ-OPTIONS...]: runs it on the array of spans in
# $CLUSTER_TRACES.  A line still being written is left out.
cluster_query() {
  local expression=$1
  shift
  receiver_collect
  [[ -f $CLUSTER_TRACES ]] || set -- "$@" /dev/null
  [[ ! -f $CLUSTER_TRACES ]] || set -- "$@" "$CLUSTER_TRACES"
  jq -nRrc -L "$CLUSTER_LIB" "include \"spans\"; include \"tree\"; include \"forest\"; [inputs | fromjson?] | spans | ($expression)" "$@"
}

# cluster_wait_spans EXPRESSION [SECONDS]: until it yields something other than
# null or false; else says what did arrive.
cluster_wait_spans() {
  cluster_until "${2:-20}" cluster_spans_hold "$1" && return 0
  echo "cluster: still not so: $1; the spans that arrived:" >&2
  cluster_query 'table[]' >&2 || true
  return 1
}

cluster_spans_hold() {
  cluster_query "$1" -e >/dev/null
}

# cluster_wait_drained [SECONDS]: until no spool holds anything undelivered.
cluster_wait_drained() {
  cluster_until "${1:-20}" cluster_spools_empty && return 0
  echo "cluster: spools are not drained:" >&2
  find "$CLUSTER_SPOOL" -type f -size +0 >&2
  return 1
}

cluster_spools_empty() {
  [[ -z $(find "$CLUSTER_SPOOL" \( -name current -o -name 'segment.*' \) -size +0 2>/dev/null) ]]
}

# Prints how many spans the spools lost, for whatever reason.
cluster_lost() {
  slurm-otel status --config "$CLUSTER_DIR/otel.conf" --json | jq '[.spools[].spans.dropped[]] | add'
}
