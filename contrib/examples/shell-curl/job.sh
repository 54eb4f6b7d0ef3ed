#!/bin/bash
#SBATCH --job-name=curl-example
#SBATCH --ntasks=1
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A job whose script makes a span of its own with nothing but curl.  Where to,
# and below what, stands in the environment: OTEL_EXPORTER_OTLP_ENDPOINT (with
# JobEndpoint= in otel.conf) and TRACEPARENT.
set -eu

# traced NAME COMMAND...: runs it in a span.  What it starts finds that span in
# TRACEPARENT: an srun's step, or another traced.
traced() {
  local name=$1 parent=$TRACEPARENT status=0 span start
  shift
  span=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
  start=$(date +%s%N)
  TRACEPARENT=${parent%-*-*}-$span-${parent##*-} "$@" || status=$?
  send_span "$name" "$parent" "$span" "$start" "$(date +%s%N)" "$status" || true
  return "$status"
}

# send_span NAME PARENT SPAN START END STATUS: parents that are not sampled have
# no children.
send_span() {
  local trace parent flags outcome='{}'
  IFS=- read -r _ trace parent flags <<<"$2"
  if [ $((16#$flags & 1)) -eq 0 ] || [ -z "${OTEL_EXPORTER_OTLP_ENDPOINT:-}" ]; then
    return 0
  fi
  if [ "$6" -ne 0 ]; then
    outcome='{"code":2,"message":"exit status '$6'"}'
  fi
  curl --silent --show-error --fail --connect-timeout 5 --max-time 30 --output /dev/null \
    --header 'Content-Type: application/json' --data @- \
    "${OTEL_EXPORTER_OTLP_ENDPOINT%/}/v1/traces" <<END
{"resourceSpans":[{
  "resource":{"attributes":[
    {"key":"service.name","value":{"stringValue":"curl-example"}},
    {"key":"slurm.job.id","value":{"stringValue":"$SLURM_JOB_ID"}}]},
  "scopeSpans":[{"scope":{"name":"job.sh"},"spans":[{
    "traceId":"$trace","spanId":"$3","parentSpanId":"$parent",
    "flags":$((16#$flags)),"name":"$1","kind":1,
    "startTimeUnixNano":"$4","endTimeUnixNano":"$5",
    "status":$outcome}]}]}]}
END
}

traced prepare sleep 0.1
traced train srun -n1 true
traced check sh -c 'exit 3' || echo "check failed, as it should"
