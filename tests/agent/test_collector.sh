#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# From the spool to a real OpenTelemetry Collector, over everything it speaks
# that we do.  What it understood it sends on as JSON of its own making, which
# is held, attribute by attribute, against what our file exporter wrote of the
# same spans.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/lib/otelcol.sh
. "$HERE/../lib/otelcol.sh"
# shellcheck source=tests/lib/front.sh
. "$HERE/../lib/front.sh"

missing=$(otelcol_missing)
[[ -z $missing ]] || skip_all "$missing"

# Every protocol is one line here: the scheme of its endpoint.
plain=(http http+json grpc)
secure=(https https+json grpcs)

CERTS=$WORK/certs
SPANS=24
trap 'otelcol_stop; front_stop; cleanup' EXIT

exact() { # FILE...: see spans_exact.jq
  jq -cS -f "$HERE/../lib/spans_exact.jq" "$@" | sort
}

arrived() {
  local files
  files=$(compgen -G "$RECEIVED/*.200.body") || return 0
  # shellcheck disable=SC2086
  exact $files
}

fresh() { # a spool with the spans, nothing received yet
  rm -rf "$SPOOL" "${RECEIVED:?}"/*
  : >"$LOG"
  "$SPOOL_TOOL" rich "$SPOOL" 1 $SPANS
}

# delivers WHAT LINE...: with this configuration, all of them and unchanged.
delivers() {
  local what=$1
  shift
  fresh
  configure MaxExportBatchSize=10 "$@"
  ok "$what: all are delivered" agent_once
  ok "$what: and left the spool" delivered
  is "$what: each span, attribute by attribute" "$(arrived)" "$REFERENCE"
}

# keeps WHAT CAUSE LINE...: refused on the way, so nothing leaves the spool.
keeps() {
  local what=$1 cause=$2
  shift 2
  fresh
  configure "$@"
  not_ok "$what: not delivered" agent_once
  is "$what: nothing arrived" "$(requests)" 0
  like "$what: the log shows why" "$(<"$LOG")" "$cause"
  not_ok "$what: the spans stay" delivered
  not_ok "$what: none is set aside" test -e "$SPOOL/bad"
  configure "Endpoint=$(otelcol_url http)"
  agent_once
  is "$what: they arrive when that is mended" "$(arrived)" "$REFERENCE"
}

certs_make "$CERTS" || exit 1
start_collector 200
otelcol_start "$WORK/otelcol" "http://127.0.0.1:$PORT" --certs "$CERTS" --encoding json || exit 1

fresh
configure "Endpoint=file:$WORK/reference.jsonl"
ok 'the reference' agent_once
REFERENCE=$(exact "$WORK/reference.jsonl")
is 'it has every span' "$(wc -l <<<"$REFERENCE")" $SPANS
is 'whose ids differ' "$(jq -r .id <<<"$REFERENCE" | sort -u | wc -l)" $SPANS
like 'and what is hard to carry' "$REFERENCE" '"-9223372036854775808".*"9223372036854775807"'

# --- every protocol
ca=CAFile=$CERTS/ca.pem
own=("CertFile=$CERTS/client.pem" "KeyFile=$CERTS/client.key")
for scheme in "${plain[@]}"; do
  delivers "$scheme" "Endpoint=$(otelcol_url "$scheme")"
  delivers "$scheme, gzip" "Endpoint=$(otelcol_url "$scheme")" Compression=gzip
done
for scheme in "${secure[@]}"; do
  url=$(otelcol_url "$scheme") mutual=$(otelcol_url "$scheme" mtls)
  delivers "$scheme" "Endpoint=$url" "$ca"
  delivers "$scheme, gzip" "Endpoint=$url" "$ca" Compression=gzip
  delivers "$scheme, mTLS" "Endpoint=$mutual" "$ca" "${own[@]}"
  keeps "$scheme, a CA that is not known" 'certificate' "Endpoint=$url"
  keeps "$scheme, another CA" 'certificate' "Endpoint=$url" "CAFile=$CERTS/strange-ca.pem"
  keeps "$scheme, a wrong name" '127\.0\.0\.1' "Endpoint=${url/localhost/127.0.0.1}" "$ca"
  keeps "$scheme, no client certificate" 'does not take spans' "Endpoint=$mutual" "$ca"
  keeps "$scheme, a strange client certificate" 'does not take spans' "Endpoint=$mutual" "$ca" \
    "CertFile=$CERTS/strange.pem" "KeyFile=$CERTS/strange.key"
  # shellcheck disable=SC2046
  keeps "$scheme, spoken to a port without TLS" 'SSL|TLS' \
    "Endpoint=${url%:*}:${OTELCOL_PORT[${scheme:0:4}]}" "$ca"
done

# --- what the next receiver says decides, through the Collector
outage() { # SCHEME
  local scheme=$1
  fresh
  configure "Endpoint=$(otelcol_url "$scheme")" MaxExportBatchSize=5
  otelcol_kill
  start_agent
  ok "$scheme: an outage is said" until_true grep -q 'does not take spans' "$LOG"
  otelcol_restart
  ok "$scheme: after a restart the spool empties" until_true delivered
  stop_agent
  is "$scheme: the agent ends" $? 0
  is "$scheme: every span is there, if more than once" "$(arrived | uniq)" "$REFERENCE"

  fresh
  stop_collector
  not_ok "$scheme: what the Collector can not store is not delivered" agent_once
  not_ok "$scheme: and stays" delivered
  start_collector --port "$PORT" 200
  ok "$scheme: until it can" agent_once
  is "$scheme: then every span is there" "$(arrived | uniq)" "$REFERENCE"
}

for scheme in "${plain[@]}"; do
  outage "$scheme"
done

# --- TLS 1.1 only
old_tls() {
  front_start "$WORK/front" --certs "$CERTS" || return
  ok 'the server speaks TLS 1.1 to those who do' curl -sS --cacert "$CERTS/ca.pem" \
    --tls-max 1.1 --ciphers DEFAULT:@SECLEVEL=0 "$(front_url https-old)"
  keeps 'https, TLS 1.1 only' 'SSL|TLS' "Endpoint=$(front_url https-old)" "$ca"
  is 'https, TLS 1.1 only: no request was made over it' "$(front_count)" 1
}

missing=$(front_missing)
if [[ -z $missing ]]; then
  old_tls
else
  skip 'https, TLS 1.1 only' "$missing"
fi
done_testing
