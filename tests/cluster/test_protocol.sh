#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The same jobs by every protocol: the same spans, field by field, that the file
# exporter writes as JSON.  First what goes over the wire to an OTLP/HTTP
# receiver, as the official .proto files read it; then what a real Collector
# makes of each protocol; then Zipkin's form.
. "$(dirname "$0")/lib/test.sh"
needs_jobcomp
# shellcheck source=tests/lib/otelcol.sh
. "$(dirname "$0")/../lib/otelcol.sh"

missing=$(receiver_missing)
[[ -z $missing ]] || skip_all "$missing"

# A receiver that is down, so that the spools keep what two jobs leave there.
RECEIVER_PORT=$(free_ports 1)
start_with_plugins --nodes 2 --otel-conf "Endpoint=http://127.0.0.1:$RECEIVER_PORT"

script=$(cluster_script work <<'END_OF_SCRIPT'
srun -N2 -n2 true
srun -N2 -n2 sh -c 'exit $SLURM_PROCID'
exit 3
END_OF_SCRIPT
)
job=$(TRACEPARENT=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 TRACESTATE=congo=t61rcWkgMzE \
  cluster_submit -N2 --job-name=$'gr\xc3\xbc\xc3\x9fe "\\' "$script")
array=$(cluster_submit --array=1-2 --wrap 'srun -n1 true')
cluster_wait_job "$job"
cluster_wait_job "$array"
cluster_stop_agents TERM

# deliver NAME OTEL-CONF-LINES...: an agent of its own reads a copy of each spool.
deliver() {
  local name=$1 spool status=0
  shift
  cp -a "$CLUSTER_SPOOL" "$CLUSTER_DIR/spool.$name"
  printf '%s\n' MaxExportBatchSize=4 "$@" >"$CLUSTER_DIR/$name.conf"
  for spool in "$CLUSTER_DIR/spool.$name"/*; do
    slurm-otel-agent --spool "$spool" --config "$CLUSTER_DIR/$name.conf" \
      --service-instance "$(basename "$spool")" --once || status=1
  done
  return $status
}

# A port that is free now: nobody kept that of the receiver before.
fresh_receiver() { # ANSWER...
  RECEIVER_PORT=
  receiver_start "$@"
}

# All spans, in an order that delivery does not change.
spans_there() {
  cluster_query 'map(del(.copies)) | sort_by([.trace, .id])[]'
}

ok "the spools are delivered to a file" deliver file "Endpoint=file:$CLUSTER_TRACES"
spans_ok "every span is in it" \
  "root($job) and phase($job; \"queued\") and steps($job) == [\"0\", \"1\", \"batch\"] and (named(\"slurm.job\") | length) == 3"
spans_there >"$CLUSTER_DIR/expected"

for compression in none gzip; do
  fresh_receiver 200
  ok "$compression: the spools are delivered over HTTP" deliver "$compression" \
    "Endpoint=http://127.0.0.1:$RECEIVER_PORT" "Compression=$compression"
  receiver_stop
  mapfile -t bodies < <(receiver_requests 200)
  ok "$compression: in several requests" test ${#bodies[@]} -gt 3
  unreadable='' unknown='' types='' agents='' encodings='' lines=''
  for body in "${bodies[@]}"; do
    receiver_text "$body" >"$body.txt" || unreadable+=" $body"
    # protoc prints a field that the schema does not know by its number
    unknown+=$(grep -E '^ *[0-9]+(:| \{)' "$body.txt" || true)
    lines+=$(head -n 1 "${body%.body}.head" | tr -d '\r')$'\n'
    types+=$(receiver_header "$body" Content-Type)$'\n'
    agents+=$(receiver_header "$body" User-Agent)$'\n'
    encodings+=$(receiver_header "$body" Content-Encoding)$'\n'
  done
  is "$compression: protoc reads each" "$unreadable" ""
  is "$compression: and knows each field" "$unknown" ""
  is "$compression: each is a POST to the traces' path" "$(sort -u <<<"${lines%$'\n'}")" "POST /v1/traces HTTP/1.1"
  is "$compression: with one Content-Type" "$(sort -u <<<"${types%$'\n'}")" application/x-protobuf
  like "$compression: with one User-Agent" "$(sort -u <<<"${agents%$'\n'}")" \
    '^slurm-otel/[^ ]+ OTel-OTLP-Exporter-C/[^ ]+$'
  is "$compression: with the Content-Encoding" "$(sort -u <<<"${encodings%$'\n'}")" "${compression#none}"
  is "$compression: the spans are those of the file, field by field" \
    "$(spans_there)" "$(<"$CLUSTER_DIR/expected")"
  spans_is "$compression: each came once" 'map(.copies) | unique' '[1]'
  rm -r "$RECEIVER_DIR" "$CLUSTER_TRACES"
done

# --- through the Collector, which sends on what it understood
by_protocol() { # LABEL SCHEME [mtls] LINE...
  local label=$1 url
  url=$(otelcol_url "$2" ${3:+mtls})
  ok "$label: the spools are delivered to the Collector" deliver "${label// /-}" "Endpoint=$url" \
    "CAFile=$certs/ca.pem" "${@:4}"
  is "$label: the spans are those of the file, field by field" \
    "$(spans_there)" "$(<"$CLUSTER_DIR/expected")"
  spans_is "$label: each came once" 'map(.copies) | unique' '[1]'
  rm -rf "$CLUSTER_TRACES" "${RECEIVER_DIR:?}"/* "$CLUSTER_DIR/spool.${label// /-}"
}

missing=$(otelcol_missing)
if [[ -z $missing ]]; then
  certs=$CLUSTER_DIR/certs
  certs_make "$certs"
  fresh_receiver 200
  otelcol_start "$CLUSTER_DIR/otelcol" "http://127.0.0.1:$RECEIVER_PORT" --certs "$certs"
  for scheme in http https http+json https+json grpc grpcs; do
    by_protocol "$scheme" "$scheme" ''
    by_protocol "$scheme gzip" "$scheme" '' Compression=gzip
  done
  for scheme in https https+json grpcs; do
    by_protocol "$scheme mTLS" "$scheme" mtls "CertFile=$certs/client.pem" "KeyFile=$certs/client.key"
  done
  otelcol_stop
  receiver_stop
else
  skip "through a Collector" "$missing"
fi

# --- Zipkin, for which there is no real receiver here
zipkin() { # EXPRESSION: of what arrived, with $ours
  local body
  for body in $(receiver_requests 202); do receiver_plain "$body"; done |
    jq -s -c -e -L "$CLUSTER_LIB" --slurpfile ours "$CLUSTER_DIR/expected" \
      --arg version "$(slurm-otel-agent --version | cut -d' ' -f2)" "include \"zipkin\";
        from_zipkin as \$theirs | (\$ours | as_zipkin(\$version)) as \$ours | $1"
}

for compression in none gzip; do
  fresh_receiver 202
  ok "Zipkin, $compression: the spools are delivered" deliver "zipkin-$compression" \
    "Endpoint=zipkin://127.0.0.1:$RECEIVER_PORT" "Compression=$compression"
  receiver_stop
  is "Zipkin, $compression: posted to its path" \
    "$(cat "$RECEIVER_DIR"/*.202.head | tr -d '\r' | grep -E '^POST|^Content-Type' | sort -u)" \
    $'Content-Type: application/json\nPOST /api/v2/spans HTTP/1.1'
  is "Zipkin, $compression: the spans are those of the file, tag by tag" \
    "$(zipkin '[($theirs | length), ($theirs | untimed) - ($ours | untimed)]')" \
    "$(zipkin '[($ours | length), []]')"
  ok "Zipkin, $compression: with the same times" zipkin '$theirs | times_agree($ours)'
  rm -rf "${RECEIVER_DIR:?}"/*
done

done_testing
