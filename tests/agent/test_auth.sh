#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Auth: a token that is rotated while the agent runs, and the signature of AWS,
# computed here anew from what the receiver was sent.
. "$(dirname "$0")/lib.sh"

while read -r name; do unset "$name"; done < <(compgen -v AWS_)
export AWS_EC2_METADATA_DISABLED=true
SECRET=s3cret-$RANDOM$RANDOM
TOKEN=$WORK/token

# write_secret TEXT [MODE]: as tools do that rotate secrets.
write_secret() {
  (umask 077 && printf '%s\n' "$1" >"$TOKEN.new" && chmod "${2:-0600}" "$TOKEN.new" &&
    mv "$TOKEN.new" "$TOKEN")
}

header() { # REQUEST NAME
  tr -d '\r' <"$1" | sed -n "s/^$2: *//Ip"
}

# --- a bearer token
start_collector 200
configure "Endpoint=http://127.0.0.1:$PORT" "Auth=bearer:$TOKEN"
write_spans 1 1
not_ok 'without the token nothing is delivered' agent_once
like 'the log says why' "$(<"$LOG")" "Auth $TOKEN: No such file"
write_secret "$SECRET" 0644
start_agent
ok 'one that others can read is not used' until_true grep -q "has mode 0644" "$LOG"
is 'nothing was sent yet' "$(requests)" 0
write_secret "$SECRET"
ok 'with a token they are delivered' until_true all_received 1
is 'it is sent' "$(header "$RECEIVED"/000001.200.head Authorization)" "Bearer $SECRET"
write_secret "$SECRET-2"
write_spans 2 1
ok 'a rotated token is taken by the running agent' until_true all_received 2
is 'and sent' "$(header "$RECEIVED"/000002.200.head Authorization)" "Bearer $SECRET-2"
stop_agent
not_ok 'no log has the token' grep -q "$SECRET" "$LOG"
is 'nothing was lost' "$(delivered && echo delivered)" delivered
stop_collector

# --- a receiver that refuses the token while it is replaced
rm -rf "$RECEIVED"
start_collector '401 slow=1500' 200
configure "Endpoint=http://127.0.0.1:$PORT" "Auth=bearer:$TOKEN"
write_spans 3 1
start_agent
ok 'the old token is sent' until_true compgen -G "$RECEIVED/000001.401.head"
write_secret "$SECRET-3"
ok 'what the old token was refused for goes with the new one' until_true all_received 1
is 'it was not set aside' "$([[ -s $SPOOL/bad/current ]] || echo empty)" empty
stop_agent
stop_collector

# --- SigV4
hex_hmac() { # HEXKEY TEXT
  printf '%s' "$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" | sed 's/.*= *//'
}

signed_names() { # AUTHORIZATION
  local names=${1#*SignedHeaders=}
  echo "${names%%,*}"
}

# signature HEAD BODY SECRET: what AWS would compute (Signature Version 4,
# "Create a signed request").
signature() {
  local auth date names scope canonical key part
  auth=$(header "$1" Authorization)
  date=$(header "$1" X-Amz-Date)
  names=$(signed_names "$auth")
  scope=${auth#*Credential=*/} scope=${scope%%,*}
  canonical=$(
    printf 'POST\n/v1/traces\n\n'
    for part in ${names//;/ }; do printf '%s:%s\n' "$part" "$(header "$1" "$part")"; done
    printf '\n%s\n%s' "$names" "$(sha256sum <"$2" | cut -d' ' -f1)"
  )
  key=$(printf 'AWS4%s' "$3" | od -An -v -tx1 | tr -d ' \n')
  for part in ${scope//\// }; do key=$(hex_hmac "$key" "$part"); done
  hex_hmac "$key" "AWS4-HMAC-SHA256
$date
$scope
$(printf '%s' "$canonical" | sha256sum | cut -d' ' -f1)"
}

signed_well() { # WHAT SECRET
  local head=("$RECEIVED"/*.200.head) auth
  auth=$(header "${head[0]}" Authorization)
  is "$1: the signature is right" "${auth##*Signature=}" \
    "$(signature "${head[0]}" "${head[0]%.head}.body" "$2")"
  like "$1: the content is signed for this region and service" "$auth" \
    '^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/[0-9]{8}/eu-west-1/xray/aws4_request,'
  is "$1: nothing is signed that is not sent" "$(
    signed_names "$auth" | tr ';' '\n' | while read -r name; do
      grep -qi "^$name: " "${head[0]}" || echo "$name"
    done
  )" ''
  like "$1: host and date are signed" "$auth" 'SignedHeaders=[^,]*host;[^,]*x-amz-date'
}

for compression in none gzip; do
  rm -rf "$RECEIVED"
  start_collector 200
  configure "Endpoint=http://127.0.0.1:$PORT" Auth=sigv4:eu-west-1/xray \
    "Compression=$compression" Headers=x-mine=1
  write_spans 10 20
  ok "$compression: spans are delivered with the environment's credentials" \
    env AWS_ACCESS_KEY_ID=AKIDEXAMPLE "AWS_SECRET_ACCESS_KEY=$SECRET" \
    "$AGENT" --spool "$SPOOL" --config "$CONF" --once
  signed_well "$compression" "$SECRET"
  stop_collector
done

rm -rf "$RECEIVED"
start_collector 200
configure "Endpoint=http+json://127.0.0.1:$PORT" Auth=sigv4:eu-west-1/xray \
  "CredentialsFile=$TOKEN"
write_secret "[default]
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = $SECRET/+=
aws_session_token = token-$SECRET"
write_spans 40 1
ok 'a credentials file with a session token signs too' agent_once
signed_well 'session token' "$SECRET/+="
like 'the session token is signed' "$(header "$RECEIVED"/000001.200.head Authorization)" \
  'SignedHeaders=[^,]*x-amz-security-token'
is 'and sent' "$(header "$RECEIVED"/000001.200.head X-Amz-Security-Token)" "token-$SECRET"
# a body of more than 1 MiB, for which libcurl would ask 100-continue first
rm -rf "$RECEIVED"
big=$(head -c 600 /dev/zero | tr '\0' x)
write_spans 1000 2500 "$big"
configure "Endpoint=http://127.0.0.1:$PORT" Auth=sigv4:eu-west-1/xray \
  "CredentialsFile=$TOKEN" MaxExportBatchSize=4000
mkdir -p "$RECEIVED"
ok 'a large body is delivered' agent_once
head=("$RECEIVED"/*.200.head)
is 'and signed' "$(header "${head[0]}" Authorization | sed 's/.*Signature=//')" \
  "$(signature "${head[0]}" "${head[0]%.head}.body" "$SECRET/+=")"
not_ok 'no log has the secret' grep -q "$SECRET" "$LOG"
stop_collector
done_testing
