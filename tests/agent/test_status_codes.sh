#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every status a receiver can answer with, from a real server (nginx), and what
# becomes of the spans: the retry table of the OTLP specification, seen on the
# wire and in the spool.
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/lib/otelcol.sh
. "$HERE/../lib/otelcol.sh"
# shellcheck source=tests/lib/front.sh
. "$HERE/../lib/front.sh"

missing=$(front_missing)
[[ -z $missing ]] || skip_all "$missing"

# PROTOCOL, the header that asks nginx for the answer (others before it, divided
# by `+`), answers, verdict; `rest`
# are the answers from 400 to 599 that no other row of the protocol names.
#   sent      accepted: never sent again
#   retry     stays in the spool and is sent again
#   refused   set aside in bad/ at once: the fault is not in a span
#   bisected  halved until each span stood alone, then set aside in bad/
# 444 is nginx's way to close the connection without an answer.
table='
http  x-answer  200-208,226,299  sent
http  x-answer  300-308,399      refused
http  x-answer  429,444,502-504  retry
http  x-answer  400,413,422,500  bisected
http  x-answer  rest             refused
grpc  x-grpc-status  0                 sent
grpc  x-grpc-status  1,4,10,11,14,15   retry
grpc  x-grpc-status  2,3,6,8,9,13      bisected
grpc  x-grpc-status  5,7,12,16,17,99   refused
grpc  x-grpc-form=trailers+x-grpc-status  0                sent
grpc  x-grpc-form=trailers+x-grpc-status  1,4,10,11,14,15  retry
grpc  x-grpc-form=trailers+x-grpc-status  2,3,6,8,9,13     bisected
grpc  x-grpc-form=trailers+x-grpc-status  5,7,12,16,17,99  refused
grpc  x-answer  429,444,502-504  retry
grpc  x-answer  413              bisected
grpc  x-answer  rest             refused
'

AGENTS=() # that run beside each other
end() {
  ((${#AGENTS[@]} == 0)) || kill -KILL "${AGENTS[@]}" 2>/dev/null
  front_stop
  otelcol_stop
  cleanup
}
trap end EXIT

# asking RUN PROTOCOL HEADER=VALUE...: a configuration whose requests ask for
# this, and are known by RUN.
asking() {
  local run=$1 protocol=$2 headers
  shift 2
  IFS=+ read -ra headers <<<"$(IFS=+ && echo "$*")"
  configure "Endpoint=$(front_url "$protocol")" Compression=none \
    "Headers=$(front_headers "x-run=$run" "${headers[@]}")"
}

requests_of() { # RUN
  grep -cF "{\"run\":\"$1\"," "$FRONT_DIR/access.log"
}

asked_often() { # RUN COUNT
  (($(requests_of "$1") >= $2))
}

set_aside() { # how many spans are in bad/
  cat "$SPOOL"/bad/current "$SPOOL"/bad/segment.* 2>/dev/null | grep -ao 'a-span' | wc -l
}

# What one pass of the agent left of two spans that got this answer: the word
# of the table, or else what is inconsistent.
seen() { # RUN
  local status=0 spool=kept
  # a second attempt within this pass would have to be drawn within a millisecond
  printf '%s\n' RetryInitialDelay=1h RetryMaxDelay=1h >>"$CONF"
  agent_once || status=$?
  ! delivered || spool=empty
  case "$status:$spool:$(set_aside):$(requests_of "$1")" in
  0:empty:0:1) echo sent ;;
  1:kept:0:1) echo retry ;;
  1:empty:2:1) echo refused ;;
  1:empty:2:3) echo bisected ;;
  *) echo "exit status $status, spool $spool, $(set_aside) in bad/, $(requests_of "$1") requests" ;;
  esac
}

fresh() {
  rm -rf "$SPOOL"
  write_spans 1 2 a-span
}

# A running agent sends them again, and they leave when they are accepted.
retried() { # RUN PROTOCOL ANSWER
  local run=$1-again
  asking "$run" "$2" "$3"
  start_agent
  ok "$2, $3: is sent again, and again" until_true asked_often "$run" 3
  ok "$2, $3: and stays meanwhile" delivered_not
  asking "$run-over" "$2"
  kill -HUP "$AGENT_PID"
  ok "$2, $3: and leaves when it is accepted" until_true delivered
  stop_agent
  is "$2, $3: with one more request" "$(requests_of "$run-over")" 1
}

delivered_not() {
  ! delivered
}

# What is over is over: no further pass sends it.
not_again() { # RUN PROTOCOL
  asking "$1-after" "$2"
  agent_once
  is "$1: is never sent again" "$(requests_of "$1-after")" 0
}

expand() { # LIST: its numbers
  local part
  for part in ${1//,/ }; do
    seq "${part%-*}" "${part#*-}"
  done
}

numbers() { # PROTOCOL HEADER LIST
  local protocol header list _ named=
  [[ $3 == rest ]] || { expand "$3" && return; }
  while read -r protocol header list _; do
    [[ $protocol != "$1" || $header != "$2" || $list == rest ]] || named+=,$list
  done <<<"$table"
  comm -23 <(seq 400 599 | sort) <(expand "${named#,}" | sort) | sort -n
}

try_row() { # PROTOCOL HEADER LIST VERDICT
  local number run verdict='' wrong=() n=0
  for number in $(numbers "$1" "$2" "$3"); do
    run=$1-$2-$number
    fresh
    asking "$run" "$1" "$2=$number"
    verdict=$(seen "$run")
    [[ $verdict == "$4" ]] || wrong+=("$number: $verdict;")
    n=$((n + 1))
    [[ $4 != retry ]] || retried "$run" "$1" "$2=$number"
  done
  is "$1, $2 $3: $n of them, all $4" "${wrong[*]}" ''
  [[ $4 == retry ]] || not_again "$run" "$1"
}

# --- Retry-After
# Agents that were asked to wait an hour and one that was not run beside each
# other: when that one has come twenty times, the others came once.
patient() { # RUN ANSWER RETRY-AFTER
  SPOOL=$WORK/spool.$1 CONF=$WORK/$1.conf
  fresh
  asking "$1" http "x-answer=$2" "x-retry-after=$3"
  start_agent
  AGENTS+=("$AGENT_PID")
  AGENT_PID=
  until_true asked_often "$1" 1
}

retry_after() {
  local run pid spool=$SPOOL conf=$CONF
  patient seconds-503 503 3600
  patient seconds-429 429 3600
  patient date-503 503 "$(LC_ALL=C date -u -d '1 hour' '+%a, %d %b %Y %H:%M:%S GMT')"
  patient date-gone-by 503 'Sun, 06 Nov 1994 08:49:37 GMT'
  patient no-date 503 'some day'
  patient none 503 ''
  for run in date-gone-by no-date none; do
    ok "Retry-After, $run: comes again soon" until_true asked_often "$run" 20
  done
  for run in seconds-503 seconds-429 date-503; do
    is "Retry-After, $run: does not come again before" "$(requests_of "$run")" 1
    SPOOL=$WORK/spool.$run
    not_ok "Retry-After, $run: and keeps the spans" delivered
  done
  kill -TERM "${AGENTS[@]}"
  for pid in "${AGENTS[@]}"; do
    wait "$pid"
    is 'an agent that waits ends when it is told to' $? 0
  done
  AGENTS=() SPOOL=$spool CONF=$conf
}

# --- a redirect is not followed, wherever it leads
redirect() {
  rm -rf "${RECEIVED:?}"
  start_collector 200
  fresh
  asking elsewhere http x-answer=307 "x-location=http://127.0.0.1:$PORT/v1/traces"
  is 'a redirect to another server: refused' "$(seen elsewhere)" refused
  is 'which gets no request' "$(requests)" 0
  stop_collector
}

# --- the front of a Collector that is slow, dead or rationed
through_front() {
  asking "$1" http "x-via=$2"
  fresh
  write_spans 3 2 a-span
  rm -rf "${RECEIVED:?}"/*
  : >"$LOG"
}

before_a_collector() {
  through_front slow collector
  otelcol_pause
  start_agent
  ok 'a Collector that is slow' until_true front_has '.run == "slow" and .status == 504'
  not_ok 'the spans stay' delivered
  otelcol_continue
  ok 'until it is not' until_true delivered
  stop_agent
  is 'every span arrived' "$(received | wc -l)" 4

  through_front dead collector
  otelcol_kill
  start_agent
  ok 'a Collector that is dead' until_true front_has '.run == "dead" and .status == 502'
  not_ok 'the spans stay' delivered
  otelcol_restart
  ok 'until it is back' until_true delivered
  stop_agent
  is 'every span arrived' "$(received | wc -l)" 4

  through_front rationed limited
  echo MaxExportBatchSize=2 >>"$CONF"
  start_agent
  ok 'rationed requests are all taken in the end' until_true delivered
  stop_agent
  is 'every span arrived' "$(received | wc -l)" 4
  ok 'and some were too soon' front_has '.run == "rationed" and .status == 429'
}

front_has() { # JQ-CONDITION
  (($(front_count "$1") > 0))
}

missing=$(otelcol_missing)
if [[ -z $missing ]]; then
  start_collector 200
  otelcol_start "$WORK/otelcol" "http://127.0.0.1:$PORT" || exit 1
fi
front_start "$WORK/front" || exit 1

if [[ -z $missing ]]; then
  before_a_collector
  stop_collector
else
  skip 'nginx before a Collector' "$missing"
fi
while read -r protocol header list verdict; do
  [[ -z $protocol ]] || try_row "$protocol" "$header" "$list" "$verdict"
done <<<"$table"
is 'no redirect was followed' "$(front_count '.uri == "/elsewhere"')" 0
retry_after
redirect
done_testing
