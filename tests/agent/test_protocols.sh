#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The same spans over every protocol of HTTP, and receivers whose JSON answers
# are hostile.
. "$(dirname "$0")/lib.sh"

ZIPKIN=$HERE/../zipkin.jq

# The span ids of the accepted requests by a jq filter, as `received` has them.
received_json() { # FILTER
  jq -r "$1" "$RECEIVED"/*.20?.body | while read -r id; do echo $((16#$id)); done | sort -nu
}

# --- the checker finds what is wrong
broken() { # FILTER WANT
  local base='[{"traceId":"0af7651916cd43dd8448eb211c80319c","id":"00000000000000aa",
    "timestamp":1,"duration":1,"localEndpoint":{"serviceName":"s"},"tags":{}}]'
  is "the schema: $1" "$(jq "$1" <<<"$base" | jq -r -f "$ZIPKIN" | paste -sd,)" "$2"
}
broken . ''
broken '.[0].id = "AA"' 'span 0: id'
broken '.[0].traceId = "aa"' 'span 0: traceId'
broken '.[0].parentId = ""' 'span 0: parentId'
broken '.[0].kind = "INTERNAL"' 'span 0: kind'
broken '.[0].duration = 0' 'span 0: duration'
broken '.[0].timestamp = 1.5' 'span 0: timestamp'
broken '.[0].tags.a = 1' 'span 0: tags'
broken '.[0].annotations = [{timestamp: 1, value: "a"}, {timestamp: 1, value: "a"}]' \
  'span 0: annotations'
broken '.[0].links = []' 'span 0: unknown member'

# --- the same spans over each
for scheme in http http+json zipkin; do
  rm -rf "$RECEIVED"
  start_collector "$([[ $scheme == zipkin ]] && echo 202 || echo 200)"
  configure "Endpoint=$scheme://127.0.0.1:$PORT" MaxExportBatchSize=100
  write_spans 1 250
  ok "$scheme: spans are delivered" agent_once
  case $scheme in
  http) received >"$WORK/$scheme.ids" ;;
  http+json) received_json '.resourceSpans[].scopeSpans[].spans[].spanId' >"$WORK/$scheme.ids" ;;
  zipkin) received_json '.[].id' >"$WORK/$scheme.ids" ;;
  esac
  is "$scheme: every span arrives" "$(wc -l <"$WORK/$scheme.ids")" 250
  is "$scheme: under the same ids" "$(cmp "$WORK/http.ids" "$WORK/$scheme.ids" && echo same)" same
  ok "$scheme: the spool is empty" delivered
  stop_collector
done
is 'what Zipkin is sent keeps to its schema' \
  "$(for body in "$RECEIVED"/*.body; do jq -r -f "$ZIPKIN" "$body"; done)" ''

# --- a poison span is set aside, whatever the encoding
for scheme in http+json zipkin; do
  rm -rf "$RECEIVED" "$SPOOL"
  start_collector --poison poison 202
  configure "Endpoint=$scheme://127.0.0.1:$PORT"
  write_spans 1 40
  write_spans 5000 1 poison
  write_spans 100 40
  not_ok "$scheme: a refused span makes --once fail" agent_once
  is "$scheme: bad/ holds exactly the one" "$(grep -c poison "$SPOOL/bad/current")" 1
  ok "$scheme: all the others are delivered" delivered
  stop_collector
done

# --- hostile answers
rm -rf "$RECEIVED" "$SPOOL"
deep=$(head -c 1800 /dev/zero | tr '\0' '[')
start_collector "200 type=application/json text=$deep" \
  '200 type=application/json text={"partialSuccess":{"rejectedSpans":99999999999999999999999}}' \
  '200 type=application/json body=50000000' \
  '200 type=application/json cut text={"partialSuccess":{"rejectedSpans":"1"' \
  200
configure "Endpoint=http+json://127.0.0.1:$PORT" MaxExportBatchSize=10
write_spans 1 50
: >"$LOG"
not_ok 'a receiver that rejected spans makes --once fail' agent_once
ok 'none of it blocks the queue' delivered
like 'a count beyond the batch is the batch' "$(<"$LOG")" '40 spans delivered, 10 rejected'
stop_collector
done_testing
