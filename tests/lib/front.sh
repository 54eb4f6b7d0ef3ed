# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# nginx, as sites put it before their receivers: a private one on 127.0.0.1
# that gives any answer over HTTP/1.1, HTTP/2 and TLS, or passes requests on to
# the Collector of otelcol.sh.  The request says which, so that one nginx serves
# a whole test; our exporter sends such headers by Headers= of otel.conf
# (front_headers writes them as its value).
#
#   front_start "$WORK/front" --certs "$WORK/certs"
#   configure "Endpoint=$(front_url http)" "Headers=$(front_headers x-answer=503)"
#   front_count '.status == 503'
#   front_stop
#
# HTTP: X-Answer is the status (200 when there is none), X-Retry-After, X-Location
# (of a redirect) and X-Body (text of the answer) what goes with it; status 444
# closes the connection without an answer.
# gRPC, for requests with X-Grpc-Status: that status by headers alone
# (trailers-only), or in trailers after an empty message with X-Grpc-Form:
# trailers; X-Grpc-Message and X-Grpc-Status-Details-Bin go with it.  With X-Answer
# alone a gRPC request gets that HTTP status, and no grpc-status.
# X-Via: collector passes it on: 502 when the Collector is dead, 504 when it takes
# over a second (otelcol_pause); X-Via: limited takes one request in five seconds
# and answers 429 with Retry-After to the others.
# X-Run is only logged: it tells the requests of one agent from another's.

FRONT_LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lib/server.sh
. "$FRONT_LIB/server.sh"

FRONT_PROGRAM=${NGINX:-$(PATH=$PATH:/usr/sbin:/sbin command -v nginx || true)}
FRONT_DIR=              # its configuration, logs and temporary files
FRONT_PID=
declare -A FRONT_PORT=() # http grpc https grpcs https-old

# Prints why there can be no nginx; nothing when there can.
front_missing() {
  [[ -x $FRONT_PROGRAM ]] || echo "no nginx"
}

# front_start DIR [--certs DIR]: after otelcol_start when requests are passed on.
# --certs adds https, grpcs, and https-old, which speaks TLS 1.1 and no other.
front_start() {
  local attempt certs=
  FRONT_DIR=$1
  [[ ${2:-} != --certs ]] || certs=$(cd "$3" && pwd) || return
  mkdir -p "$FRONT_DIR/tmp"
  printf '\0\0\0\0\0' >"$FRONT_DIR/empty-message" # a gRPC frame
  : >"$FRONT_DIR/access.log"
  for attempt in 1 2 3; do
    front_choose_ports
    front_configuration "$certs" >"$FRONT_DIR/nginx.conf"
    : >"$FRONT_DIR/error.log"
    server_run "$FRONT_DIR/error.log" TERM "$FRONT_PROGRAM" -p "$FRONT_DIR" \
      -e error.log -c nginx.conf
    FRONT_PID=$SERVER_PID
    server_until front_settled && server_runs "$FRONT_PID" && return 0
    grep -q 'Address already in use' "$FRONT_DIR/error.log" || break
  done
  echo "nginx: did not start (attempt $attempt)" >&2
  cat "$FRONT_DIR/error.log" >&2
  return 1
}

front_stop() {
  server_end "$FRONT_PID" TERM
  FRONT_PID=
}

front_settled() { # its workers serve, or it ended
  pgrep -P "$FRONT_PID" >/dev/null || server_gone "$FRONT_PID"
}

# front_url SCHEME: http, https, grpc, grpcs, with or without +json; https-old.
front_url() {
  local port=${1%+json} host=127.0.0.1
  [[ $1 != *s* ]] || host=localhost
  [[ -n ${FRONT_PORT[$port]:-} ]] || return 1
  echo "${1%-old}://$host:${FRONT_PORT[$port]}"
}

# front_headers NAME=VALUE...: as otel.conf has them, encoded and in quotes.
front_headers() {
  local IFS=,
  set -- "${@//%/%25}"
  set -- "${@//,/%2C}"
  set -- "${@//\"/%22}"
  echo "\"$*\""
}

# front_count [JQ-CONDITION]: how many requests it answered so.  A request has
# {run, status, protocol, method, uri, connection, length, type, encoding,
# asked (the grpc-status it asked for)}, all text but the status.
front_count() {
  jq -s "map(select(${1:-true})) | length" "$FRONT_DIR/access.log"
}

front_choose_ports() {
  local names=(http grpc https grpcs https-old) ports i
  mapfile -t ports < <(free_ports ${#names[@]})
  for i in "${!names[@]}"; do
    FRONT_PORT[${names[i]}]=${ports[i]}
  done
}

front_configuration() { # CERTS
  local temporary
  ((EUID)) || echo 'user root;' # who can enter the test's directory
  cat <<END
daemon off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 256; }
http {
END
  for temporary in client_body proxy fastcgi uwsgi scgi; do
    echo "  ${temporary}_temp_path tmp/$temporary;"
  done
  front_maps
  printf '  server {\n    listen 127.0.0.1:%s;\n    listen 127.0.0.1:%s http2;\n' \
    "${FRONT_PORT[http]}" "${FRONT_PORT[grpc]}"
  if [[ -n $1 ]]; then
    printf '    listen 127.0.0.1:%s ssl;\n    listen 127.0.0.1:%s ssl http2;\n' \
      "${FRONT_PORT[https]}" "${FRONT_PORT[grpcs]}"
    front_tls "$1" 'TLSv1.2 TLSv1.3'
  fi
  front_answers
  [[ -z ${OTELCOL_DIR:-} ]] || front_passes
  echo '  }'
  front_inner
  [[ -z $1 ]] || front_old_tls "$1"
  echo '}'
}

front_tls() { # CERTS PROTOCOLS
  echo "    ssl_certificate $1/server.pem; ssl_certificate_key $1/server.key;"
  echo "    ssl_protocols $2;"
}

front_old_tls() { # CERTS
  echo "  server {"
  echo "    listen 127.0.0.1:${FRONT_PORT[https-old]} ssl;"
  front_tls "$1" TLSv1.1
  echo "    ssl_ciphers DEFAULT:@SECLEVEL=0;"
  echo "    location / { return 200; }"
  echo "  }"
}

# The log, and what the request's headers ask for.
front_maps() {
  cat <<'END'
  log_format requests escape=json
    '{"run":"$http_x_run","status":$status,"protocol":"$server_protocol","method":"$request_method",'
    '"uri":"$request_uri","connection":"$connection","length":"$content_length",'
    '"type":"$content_type","encoding":"$http_content_encoding","asked":"$http_x_grpc_status"}';
  access_log access.log requests;
  client_max_body_size 64m;
  limit_req_zone $binary_remote_addr zone=one:64k rate=12r/m;
  map $http_x_answer $answer { ~^[2-5][0-9][0-9]$ $http_x_answer; default 200; }
  map $content_type $suffix { ~json json; ~grpc grpc; default pb; }
  map $http_x_grpc_status $grpc { "" ""; default /grpc/; }
  map $http_x_grpc_form $form { trailers trailers; default headers; }
  map $http_x_via:$suffix $via {
    ~^(?<how>collector|limited):grpc$ /$how/grpc;
    ~^(?<how>collector|limited): /$how/http;
    default "";
  }
  map $via:$grpc $target { ~^:$ /answer/$answer.$suffix; ~^: $grpc$form; default $via; }
  map $status:$http_x_via $retry_after { 429:limited 1; default $http_x_retry_after; }
  map $http_x_location $location { "" /elsewhere; default $http_x_location; }
END
}

# Answers come from a second server behind the first: so the first has read the
# whole request before it answers.  nginx alone would answer at once and reset
# an HTTP/2 stream whose body is on its way, which is an answer only sometimes.
front_answers() {
  cat <<END
    proxy_method GET;
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_redirect off;
    add_header Retry-After \$retry_after always;
    location / { rewrite ^ \$target last; }
    location /answer/ { proxy_pass http://unix:$FRONT_DIR/inner.sock; }
    location /answer/444. { return 444; }
    location /grpc/headers { proxy_pass http://unix:$FRONT_DIR/inner.sock; }
    location /grpc/trailers {
      proxy_pass http://unix:$FRONT_DIR/inner.sock;
      # removes Content-Length, with which a client need not wait for trailers
      sub_filter_types *;
      sub_filter nothing nothing;
      add_trailer grpc-status \$http_x_grpc_status always;
      add_trailer grpc-message \$http_x_grpc_message always;
      add_trailer grpc-status-details-bin \$http_x_grpc_status_details_bin always;
    }
END
}

front_inner() {
  local code
  cat <<END
  server {
    listen unix:$FRONT_DIR/inner.sock;
    access_log off;
    absolute_redirect off;
    types { application/json json; application/x-protobuf pb; text/html grpc; }
    default_type application/grpc+proto;
    location /read { return 418; }
    location /grpc/trailers { alias $FRONT_DIR/empty-message; }
    location /grpc/headers {
      add_header grpc-status \$http_x_grpc_status always;
      add_header grpc-message \$http_x_grpc_message always;
      add_header grpc-status-details-bin \$http_x_grpc_status_details_bin always;
      return 200 "";
    }
END
  for ((code = 200; code < 600; code++)); do
    case $code in
    301 | 302 | 303 | 307 | 308) echo "    location /answer/$code. { return $code \$location; }" ;;
    *) echo "    location /answer/$code. { return $code \$http_x_body; }" ;;
    esac
  done
  echo '  }'
}

# To the Collector.  A gRPC request is read first, as above, by way of 418.
front_passes() {
  local limit='' how
  for how in collector limited; do
    [[ $how != limited ]] || limit='limit_req zone=one; limit_req_status 429;'
    cat <<END
    location /$how/http {
      $limit
      proxy_method POST;
      proxy_pass_request_body on;
      proxy_set_header Host \$host;
      proxy_connect_timeout 1s;
      proxy_read_timeout 1s;
      proxy_pass http://127.0.0.1:${OTELCOL_PORT[http]}/v1/traces;
    }
    location /$how/grpc {
      proxy_intercept_errors on;
      error_page 418 = @$how;
      proxy_pass http://unix:$FRONT_DIR/inner.sock:/read;
    }
    location @$how {
      $limit
      rewrite ^ /opentelemetry.proto.collector.trace.v1.TraceService/Export break;
      grpc_connect_timeout 1s;
      grpc_read_timeout 1s;
      grpc_pass grpc://127.0.0.1:${OTELCOL_PORT[grpc]};
    }
END
  done
}
