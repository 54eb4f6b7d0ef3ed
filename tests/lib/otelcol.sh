# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A real OpenTelemetry Collector (tests/collector/) on 127.0.0.1.  It sends on
# what it takes, before it answers: an ok means that the next receiver, usually
# the scripted one, which keeps bodies, has it; and what that one answers
# decides what the sender is told.
#
#   certs_make "$WORK/certs"
#   start_collector 200                # the scripted one, in tests of the agent
#   otelcol_start "$WORK/otelcol" "http://127.0.0.1:$PORT" --certs "$WORK/certs"
#   configure "Endpoint=$(otelcol_url https)" "CAFile=$WORK/certs/ca.pem"
#   otelcol_stop
#
# The script's own clean-up calls otelcol_stop; should it not, the Collector
# ends with the shell all the same.

OTELCOL_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lib/server.sh
. "$OTELCOL_LIB/server.sh"
# shellcheck source=tests/lib/certs.sh
. "$OTELCOL_LIB/certs.sh"

OTELCOL_CACHE=$OTELCOL_LIB/../../.cache/collector
OTELCOL_PROGRAM=${OTELCOL:-$OTELCOL_CACHE/otelcol}
OTELCOL_DIR=            # its configuration and log; empty: never started
OTELCOL_PID=
declare -A OTELCOL_PORT=() # http grpc https grpcs https-mtls grpcs-mtls

# Prints why there can be no Collector; nothing when there can.
otelcol_missing() {
  [[ -x $OTELCOL_PROGRAM ]] || { cat "$OTELCOL_CACHE/missing" 2>/dev/null ||
    echo "no OpenTelemetry Collector was built (tests/collector/build.sh)"; }
  certs_missing
}

# otelcol_start DIR FORWARD-URL|discard [--certs DIR] [--encoding proto|json] [--batch]
# --certs adds the ports with TLS, and those that want a client certificate.
# --encoding: of what it sends on.  --batch: it answers at once, and sends on later.
otelcol_start() {
  local attempt
  OTELCOL_DIR=$1
  mkdir -p "$OTELCOL_DIR"
  for attempt in 1 2 3; do
    otelcol_choose_ports
    otelcol_configure "${@:2}" >"$OTELCOL_DIR/config.yaml" || return
    otelcol_run && return 0
    grep -q 'address already in use' "$OTELCOL_DIR/log" || break
  done
  echo "otelcol: did not start (attempt $attempt)" >&2
  tail -n 20 "$OTELCOL_DIR/log" >&2
  return 1
}

# otelcol_restart: again on the same ports, after it was stopped or killed.
otelcol_restart() {
  otelcol_stop
  otelcol_run
}

# TERM: it answers what it has.  KILL: it answers nobody any more.
otelcol_stop() {
  server_end "$OTELCOL_PID" TERM
  OTELCOL_PID=
}

otelcol_kill() {
  server_end "$OTELCOL_PID" KILL
  OTELCOL_PID=
}

# Paused it takes connections and answers nothing.
otelcol_pause() {
  kill -STOP "$OTELCOL_PID"
}

otelcol_continue() {
  kill -CONT "$OTELCOL_PID"
}

# otelcol_url SCHEME [mtls]: where one speaks SCHEME (http, https, grpc, grpcs,
# with or without +json) to it.
otelcol_url() {
  local port=${1%+json}${2:+-$2} host=127.0.0.1
  [[ $1 != *s && $1 != *s+json ]] || host=localhost # what the certificate is for
  [[ -n ${OTELCOL_PORT[$port]:-} ]] || return 1
  echo "$1://$host:${OTELCOL_PORT[$port]}"
}

otelcol_choose_ports() {
  local names=(http grpc https grpcs https-mtls grpcs-mtls) ports i
  mapfile -t ports < <(free_ports ${#names[@]})
  for i in "${!names[@]}"; do
    OTELCOL_PORT[${names[i]}]=${ports[i]}
  done
}

otelcol_run() {
  : >"$OTELCOL_DIR/log"
  server_run "$OTELCOL_DIR/log" KILL "$OTELCOL_PROGRAM" --config "$OTELCOL_DIR/config.yaml"
  OTELCOL_PID=$SERVER_PID
  server_until otelcol_settled && otelcol_ready && server_runs "$OTELCOL_PID"
}

otelcol_ready() {
  grep -q 'Everything is ready' "$OTELCOL_DIR/log"
}

otelcol_settled() { # ready, or at its end
  otelcol_ready || server_gone "$OTELCOL_PID"
}

otelcol_receiver() { # NAME HTTP-PORT GRPC-PORT [TLS-SETTING...]
  local protocol
  printf '  %s:\n    protocols:\n' "$1"
  for protocol in "http $2" "grpc $3"; do
    printf '      %s:\n        endpoint: 127.0.0.1:%s\n' "${protocol% *}" "${protocol#* }"
    (($# < 4)) || printf '        tls:\n'
    (($# < 4)) || printf '          %s\n' "${@:4}"
  done
}

otelcol_configure() { # FORWARD-URL [OPTION...]
  local forward=$1 encoding=proto certs='' batch='' receivers=otlp exporter=otlphttp
  [[ $forward != discard ]] || exporter=debug
  shift
  while (($#)); do
    case $1 in
    --certs) certs=$(cd "$2" && pwd) && shift || return ;;
    --encoding) encoding=$2 && shift ;;
    --batch) batch='batch' ;;
    *) echo "otelcol: no such option: $1" >&2 && return 1 ;;
    esac
    shift
  done
  local tls=("cert_file: $certs/server.pem" "key_file: $certs/server.key")
  echo 'receivers:'
  otelcol_receiver otlp "${OTELCOL_PORT[http]}" "${OTELCOL_PORT[grpc]}"
  if [[ -n $certs ]]; then
    receivers='otlp, otlp/tls, otlp/mtls'
    otelcol_receiver otlp/tls "${OTELCOL_PORT[https]}" "${OTELCOL_PORT[grpcs]}" "${tls[@]}"
    otelcol_receiver otlp/mtls "${OTELCOL_PORT[https-mtls]}" "${OTELCOL_PORT[grpcs-mtls]}" \
      "${tls[@]}" "client_ca_file: $certs/ca.pem"
  fi
  printf 'processors:\n  batch: {timeout: 100ms}\nexporters:\n'
  otelcol_exporter "$forward" "$encoding"
  cat <<END
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [$receivers], processors: [$batch], exporters: [$exporter]}
END
}

otelcol_exporter() { # FORWARD-URL|discard ENCODING
  if [[ $1 == discard ]]; then
    echo '  debug: {verbosity: basic, sampling_initial: 0, sampling_thereafter: 1000000}'
    return
  fi
  cat <<END
  otlphttp:
    endpoint: $1
    encoding: $2
    compression: none
    sending_queue: {enabled: false}
    retry_on_failure: {enabled: false}
END
}
