#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A receiver that means ill, over HTTP/1.1 and over HTTP/2: it neither blocks the
# agent nor makes it grow.
. "$(dirname "$0")/lib.sh"

FAKE_GRPC=${FAKE_GRPC:-$PWD/tests/fake_grpc}
export FAKE_GRPC
GROWTH=1024 # KiB that an agent may take more than with an honest receiver

# The most memory it had since it started to send (the start itself takes more),
# in KiB.
peak() {
  sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$AGENT_PID/status"
}

came_often() { # COUNT
  (($(requests) >= $1))
}

begin() { # SCHEME PROGRAM ANSWER...
  local scheme=$1
  shift
  rm -rf "$SPOOL" "${RECEIVED:?}"
  : >"$LOG"
  start_program "$@" || return 1
  configure "Endpoint=$scheme://127.0.0.1:$PORT" Timeout=300ms TLSVerify=no
  start_agent
  until_true grep -q ': reads ' "$LOG" # it has given back what its start took
  echo 5 >"/proc/$AGENT_PID/clear_refs" # VmHWM begins anew
  write_spans 1 500
}

end() {
  stop_agent
  is "$1: SIGTERM ends it" $? 0
  stop_collector
}

honest() { # SCHEME PROGRAM ANSWER
  begin "$@"
  until_true delivered
  BASE=$(peak)
  end "$1, an honest receiver"
}

# malign SCHEME PROGRAM ANSWER...: after three times it is honest.
malign() {
  local answer=${3//$WORK\//} peak
  answer=${answer:0:60}
  begin "$1" "$2" "$3" "$3" "$3" "$GOOD"
  ok "$1, $answer: comes again" until_true came_often 4
  ok "$1, $answer: and delivers in the end" until_true delivered
  peak=$(peak)
  ok "$1, $answer: $((peak - BASE)) KiB more than with an honest one" test "$peak" -le $((BASE + GROWTH))
  end "$1, $answer"
}

# What a careless client would unpack.
head -c 100000000 /dev/zero | gzip -c >"$WORK/bomb.gz"
# Fields of no meaning, two bytes each, that a careless one would keep.
head -c 16000 /dev/zero | tr '\0' x >"$WORK/fields"
head -c 65000 /dev/zero | tr '\0' x >"$WORK/more-fields"
# The same of a google.rpc.Status: three thousand empty details.
details=$(printf 'GgAaABoA%.0s' {1..1000})

GOOD=200
honest http "$FAKE_COLLECTOR" 200
for answer in "503 file=$WORK/bomb.gz encoding=gzip" "503 file=$WORK/fields" \
  "503 file=$WORK/more-fields" \
  '503 body=50000000' '503 flood=interim' '503 flood=headers' '503 flood=drip-headers' \
  '503 flood=data' '503 flood=drip'; do
  malign http "$FAKE_COLLECTOR" "$answer"
done

[[ -x $FAKE_GRPC ]] || {
  skip 'over HTTP/2' "no $FAKE_GRPC (libnghttp2)"
  done_testing
  exit
}
GOOD=0
honest grpc "$FAKE_GRPC" 0
for answer in '14 trailers=1000000' '14 only trailers=1000000' 'none body=50000000' \
  '14 flag=1 body=60000' '14 length=4294967295 body=60000' '14 message=%ff%zz%' \
  "14 details=$details" 'flood=settings' 'flood=ping' 'flood=window' \
  'flood=interim' 'flood=headers' 'flood=drip-headers' 'flood=data' 'flood=empty' \
  'flood=drip' 'begin flood=ping' 'begin hang' 'begin drop' 'begin goaway=0' 'rst=11'; do
  malign grpc "$FAKE_GRPC" "$answer"
done

SERVER=$HERE/../fake_grpcs.py
if [[ ! -x /usr/bin/python3 ]] || ! command -v openssl >/dev/null; then
  skip 'over TLS' 'no python3, or no openssl'
else
  honest grpcs "$SERVER" 0
  for answer in '14 trailers=1000000' 'none body=50000000' 'flood=ping' 'flood=headers' \
    'flood=data' 'begin hang'; do
    malign grpcs "$SERVER" "$answer"
  done
fi
done_testing
