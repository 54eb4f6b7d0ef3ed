#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm-otel check --send: one span to each endpoint, and what was answered.
# shellcheck source=tests/agent/lib.sh
. "$(dirname "$0")/../agent/lib.sh"

# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

export LC_ALL=C.UTF-8
mkdir "$WORK/spools"

check_send() { # sets STATUS and OUT
  STATUS=0
  OUT=$("$TOOL" check --send --config "$CONF" 2>&1) || STATUS=$?
}
setup() {
  configure "SpoolDir=$WORK/spools" "$@"
}

# --- not without a sound configuration
start_collector 200
setup "Endpoint=http://127.0.0.1:$PORT" Color=red
check_send
is 'a mistake: status' "$STATUS" 1
like 'a mistake: nothing is sent' "$OUT" 'nothing was sent: the configuration has mistakes'
is 'indeed nothing' "$(requests)" 0

# --- accepted
setup "Endpoint=http://127.0.0.1:$PORT" ServiceName=cluster-of-ours 'Headers=x-key=value'
check_send
is 'accepted: status' "$STATUS" 0
like 'accepted' "$OUT" "http://127.0.0.1:$PORT/v1/traces: accepted, after "
trace_id=$(sed -n 's/^sending a span named slurm-otel.check, trace id //p' <<<"$OUT")
like 'the trace id is printed' "$trace_id" '^[0-9a-f]{32}$'
body=$(compgen -G "$RECEIVED/*.200.body")
like 'the span has that id' "$(xxd -p "$body" | tr -d '\n')" "$trace_id"
for text in slurm-otel.check cluster-of-ours slurm_otel.note "$(uname -n)"; do
  ok "the request holds $text" grep -q "$text" "$body"
done
ok 'headers go with it' grep -qi '^x-key: value' "$(compgen -G "$RECEIVED/*.head")"
check_send
isnt 'each time another trace' \
  "$(sed -n 's/^sending a span named slurm-otel.check, trace id //p' <<<"$OUT")" "$trace_id"
stop_collector

# --- not accepted, each in its way
rm -rf "$RECEIVED"
start_collector '503 message=busy' '401 message=who are you' '200 partial=1 message=too old' 200
url=http://127.0.0.1:$PORT
setup "Endpoint=$url/a,$url/b,$url/c,http://user:secret@127.0.0.1:$PORT/d"
check_send
is 'one of four: status' "$STATUS" 1
like '503' "$OUT" "$url/a: not taken now; the agent would try again: HTTP 503"
like '401' "$OUT" "$url/b: refused for good: HTTP 401: who are you"
like 'rejected' "$OUT" "$url/c: accepted the request and rejected the span: .*too old"
like 'accepted' "$OUT" "http://\*\*\*@127.0.0.1:$PORT/d: accepted"
is 'each was asked once' "$(requests)" 4
ok 'no secret' eval '[[ $OUT != *secret* ]]'
stop_collector
check_send
is 'closed port: status' "$STATUS" 1
like 'closed port' "$OUT" "$url/a: not taken now; .*Failed to connect"

# --- endpoints that can not be used, beside one that can
start_collector $'200'
setup "Endpoint=https://127.0.0.1:$PORT,file:$WORK/traces.jsonl" "CAFile=$WORK/none.pem"
check_send
is 'no CAFile: status' "$STATUS" 1
like 'no CAFile' "$OUT" "https://127.0.0.1:$PORT/v1/traces: can not be used: CAFile"
like 'the file is written' "$OUT" "file:$WORK/traces.jsonl: accepted"
ok 'it has the span' grep -q slurm-otel.check "$WORK/traces.jsonl"

# --- a receiver's words do not reach the terminal raw
stop_collector
start_collector $'401 message=\e[31mred'
setup "Endpoint=http://127.0.0.1:$PORT"
check_send
ok 'escapes are taken out' eval '[[ $OUT != *$'"'\e'"'* ]]'
stop_collector

# --- a receiver with a certificate of its own making
if command -v openssl >/dev/null; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/key.pem" -out "$WORK/cert.pem" 2>/dev/null
  openssl s_server -accept 127.0.0.1:0 -cert "$WORK/cert.pem" -key "$WORK/key.pem" -www \
    >"$WORK/tls" 2>&1 </dev/null &
  COLLECTOR_PID=$!
  disown "$COLLECTOR_PID"
  until_true grep -q '^ACCEPT 127' "$WORK/tls"
  PORT=$(sed -n 's/^ACCEPT 127.0.0.1://p' "$WORK/tls")
  setup "Endpoint=https://127.0.0.1:$PORT"
  check_send
  is 'a stranger: status' "$STATUS" 1
  like 'a stranger' "$OUT" 'not taken now; .*certificate'
  stop_collector
else
  skip 'a receiver with a certificate of its own making' 'no openssl'
fi

# --- as the agent's user
if ((EUID == 0)) && id nobody >/dev/null 2>&1; then
  mkdir -m 777 "$WORK/out"
  chmod 755 "$WORK"
  setup "Endpoint=file:$WORK/out/traces.jsonl"
  sed -i 's/^AgentUser=.*/AgentUser=nobody/' "$CONF"
  check_send
  is 'AgentUser: status' "$STATUS" 0
  is 'root becomes AgentUser' "$(stat -c %U "$WORK/out/traces.jsonl")" nobody
  sed -i 's/^AgentUser=.*/AgentUser=nobody-by-this-name/' "$CONF"
  check_send
  is 'no such user: status' "$STATUS" 1
  like 'no such user' "$OUT" 'nothing was sent: '
else
  skip 'root becomes AgentUser' 'not root'
fi
done_testing
