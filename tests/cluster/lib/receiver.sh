# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A scripted OTLP/HTTP receiver (tests/fake_collector.c) beside the cluster.
# While one was started, cluster_query and its friends ask what it accepted,
# decoded by protoc with the official .proto files rather than by our code.

RECEIVER_PROGRAM=${FAKE_COLLECTOR:-$(dirname "$CLUSTER_STAGE")/tests/fake_collector}
RECEIVER_DIR=   # one file a request: NNNNNN.STATUS.head and .body
RECEIVER_PORT=
RECEIVER_PID=

# Prints why the tests can have no receiver; nothing when they can.
receiver_missing() {
  [[ -x $RECEIVER_PROGRAM ]] || echo "no $RECEIVER_PROGRAM (make check TESTS=)"
  [[ -d ${OTLP_PROTO_DIR:-} ]] || echo "no official .proto files (OTLP_PROTO_DIR)"
  command -v protoc >/dev/null || echo "no protoc"
}

# receiver_start ANSWER...: sets RECEIVER_PORT; a second one takes the same
# port and directory again.
receiver_start() {
  RECEIVER_DIR=$CLUSTER_DIR/received
  mkdir -p "$RECEIVER_DIR"
  rm -f "$CLUSTER_DIR/run/receiver.port"
  "$RECEIVER_PROGRAM" --dir "$RECEIVER_DIR" --port "${RECEIVER_PORT:-0}" "$@" \
    >"$CLUSTER_DIR/run/receiver.port" 2>>"$CLUSTER_DIR/log/receiver.out" &
  RECEIVER_PID=$!
  disown $!
  cluster_until 10 test -s "$CLUSTER_DIR/run/receiver.port" || return 1
  RECEIVER_PORT=$(<"$CLUSTER_DIR/run/receiver.port")
  CLUSTER_TRACES=$CLUSTER_DIR/received.jsonl
}

receiver_stop() {
  [[ -n $RECEIVER_PID ]] || return 0
  cluster_kill "$RECEIVER_PID" fake_collector KILL
  RECEIVER_PID=
}

receiver_requests() { # STATUS: the bodies it answered so
  compgen -G "$RECEIVER_DIR/*.$1.body" || true
}

receiver_got() { # STATUS: at least one
  [[ -n $(receiver_requests "$1") ]]
}

receiver_header() { # BODY NAME
  tr -d '\r' <"${1%.body}.head" | sed -n "s/^$2: *//Ip"
}

# The body as it was before Content-Encoding.
receiver_plain() { # BODY
  case $(receiver_header "$1" Content-Encoding) in
  gzip) gzip -dc "$1" ;;
  *) cat "$1" ;;
  esac
}

# The body as protoc's text format; fails when it is no such message.
receiver_text() { # BODY
  receiver_plain "$1" | protoc -I "$OTLP_PROTO_DIR" \
    --decode=opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest \
    opentelemetry/proto/collector/trace/v1/trace_service.proto
}

# Adds what was accepted since the last call to $CLUSTER_TRACES.
receiver_collect() {
  local body
  [[ -n $RECEIVER_DIR ]] || return 0
  for body in $(receiver_requests 200); do
    [[ ! -e ${body%.body}.json ]] || continue
    receiver_text "$body" | LC_ALL=C awk -f "$CLUSTER_LIB/text_format.awk" |
      jq -c -L "$CLUSTER_LIB" 'include "text_format"; message' >"${body%.body}.json" || return
    cat "${body%.body}.json" >>"$CLUSTER_TRACES"
  done
}
