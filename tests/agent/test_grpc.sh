#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# OTLP/gRPC against a real server of it (python3-grpcio): what the Collector of
# test_collector.sh does not show on demand.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/lib/certs.sh
. "$HERE/../lib/certs.sh"

PYTHON=${PYTHON:-/usr/bin/python3}
SERVER=$HERE/../grpc_server.py

"$PYTHON" -c 'import grpc' 2>/dev/null || skip_all "no python3-grpcio"
missing=$(certs_missing)
[[ -z $missing ]] || skip_all "$missing"
certs_make "$WORK/certs" || exit 1

# heads KEY: its values, request by request.
heads() {
  sed -n "s/^$1: //p" "$RECEIVED"/*.head
}

fresh() {
  rm -rf "$SPOOL" "${RECEIVED:?}"
  : >"$LOG"
}

# --- plain, gzip, TLS
for compression in none gzip; do
  fresh
  start_program "$SERVER" 0
  configure "Endpoint=grpc://127.0.0.1:$PORT" MaxExportBatchSize=10 Compression=$compression \
    Headers=x-scope=slurm
  write_spans 1 100
  ok "$compression: delivered" agent_once
  ok "$compression: every span arrives" all_received 100
  is "$compression: in ten calls" "$(requests)" 10
  is "$compression: with the site's headers" "$(heads x-scope | sort -u)" slurm
  like "$compression: and our name" "$(heads user-agent)" '^slurm-otel/[^ ]* OTel-OTLP-Exporter-C/'
  stop_collector
done

fresh
start_program "$SERVER" --tls "$WORK/certs/server" 0
configure "Endpoint=grpcs://localhost:$PORT" MaxExportBatchSize=10 "CAFile=$WORK/certs/ca.pem"
write_spans 1 100
ok 'TLS: delivered' agent_once
ok 'TLS: every span arrives' all_received 100
is 'TLS: over one connection' "$(heads peer | sort -u | wc -l)" 1
stop_collector

# --- statuses as a real server says them
fresh
start_program "$SERVER" 14 pause 0
configure "Endpoint=grpc://127.0.0.1:$PORT"
write_spans 1 10
start_agent
ok 'UNAVAILABLE and a pause are waited out' until_true delivered
stop_agent
is 'in three calls' "$(requests)" 3
is 'of which the last was taken' "$(received | wc -l)" 10
like 'the log shows what the server said' "$(<"$LOG")" \
  'gRPC status 14 \(UNAVAILABLE\): as told: grün 100%;'
stop_collector

# --- a server that takes only small messages
fresh
start_program "$SERVER" --max 4000 0
configure "Endpoint=grpc://127.0.0.1:$PORT" MaxExportBatchSize=500
write_spans 1 500
ok 'too large a batch is divided' agent_once
ok 'until every span arrives' all_received 500
not_ok 'and none is set aside' test -e "$SPOOL/bad/current"
stop_collector

# --- another service
fresh
start_program "$SERVER" 12
configure "Endpoint=grpc://127.0.0.1:$PORT"
write_spans 1 10
not_ok 'a server that knows no traces refuses' agent_once
like 'which the log shows' "$(<"$LOG")" 'gRPC status 12 \(UNIMPLEMENTED\)'
is 'and is not bisected' "$(requests)" 1
stop_collector

# --- a server that restarts under a running agent
for scheme in grpc grpcs; do
  fresh
  tls=()
  [[ $scheme == grpc ]] || tls=(--tls "$WORK/certs/server")
  start_program "$SERVER" "${tls[@]}" 0
  configure "Endpoint=$scheme://localhost:$PORT" "CAFile=$WORK/certs/ca.pem"
  write_spans 1 1
  start_agent
  ok "$scheme: the first span arrives" until_true all_received 1
  for n in 2 3 4; do
    kill -TERM "$COLLECTOR_PID" # it says GOAWAY on the idle connection
    until_true eval '! kill -0 "$COLLECTOR_PID"'
    start_program "$SERVER" --port "$PORT" "${tls[@]}" 0
    rm -f "$RECEIVED"/*
    write_spans $n 1
    ok "$scheme: after restart $((n - 1)) the next arrives" until_true all_received 1
  done
  stop_agent
  not_ok "$scheme: without an outage" grep -q 'does not take spans' "$LOG"
  stop_collector
done

# --- a server that speaks HTTP/1 only
fresh
start_collector 200
configure "Endpoint=grpc://127.0.0.1:$PORT"
write_spans 1 10
not_ok 'HTTP/1 is no gRPC' agent_once
like 'which the log says' "$(<"$LOG")" 'gRPC needs a receiver of HTTP/2'
not_ok 'the spans stay' delivered
done_testing
