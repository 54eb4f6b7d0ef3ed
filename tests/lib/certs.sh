# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A throwaway certificate authority for one run of a test.

# certs_make DIR: fills it with
#   ca.pem                      the authority that servers and clients share
#   server.pem, server.key      for the name localhost, and no address: as
#                               127.0.0.1 the same server has the wrong name
#   client.pem, client.key      for mTLS
#   strange-ca.pem              an authority that nobody here knows
#   strange.pem, strange.key    a client of that one
# Keys have mode 0600.  What openssl says shows only when it fails.
certs_make() {
  local said
  mkdir -p "$1" && said=$(umask 077 && cd "$1" && {
    certs_authority ca 'tests of slurm-otel' &&
      certs_authority strange-ca 'somebody else' &&
      certs_signed server ca subjectAltName=DNS:localhost serverAuth &&
      certs_signed client ca subjectAltName=DNS:client clientAuth &&
      certs_signed strange strange-ca subjectAltName=DNS:strange clientAuth
  } 2>&1) && return 0
  printf '%s\n' "$said" >&2
  return 1
}

certs_missing() { # prints why none can be made; nothing when they can
  command -v openssl >/dev/null || echo "no openssl"
}

certs_authority() { # NAME SUBJECT
  certs_request "$1" "$2" -addext basicConstraints=critical,CA:TRUE \
    -addext keyUsage=critical,keyCertSign,cRLSign
}

certs_signed() { # NAME AUTHORITY SAN USAGE
  certs_request "$1" "$1" -CA "$2.pem" -CAkey "$2.key" -addext "$3" \
    -addext basicConstraints=critical,CA:FALSE -addext "extendedKeyUsage=$4"
}

# Without the host's openssl.cnf, whose extensions would come on top.
certs_request() { # NAME SUBJECT OPTION...
  local name=$1 subject=$2
  shift 2
  printf '[req]\ndistinguished_name=name\n[name]\n' >openssl.cnf
  openssl req -config openssl.cnf -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc \
    -days 2 -subj "/CN=$subject" -keyout "$name.key" -out "$name.pem" "$@"
}
