# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the real receivers of the tests share: ports, waiting, and an end by
# process id.  Every server listens on 127.0.0.1 and ends with the test.

# free_ports N: prints N distinct TCP ports nobody listens on, below Linux's
# ephemeral range.  Somebody may take one before it is bound: then choose anew.
free_ports() {
  local port used left=$1
  used=" $(awk '{ split($2, a, ":"); printf "%s ", a[2] }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null || true) "
  while ((left > 0)); do
    port=$((10000 + RANDOM % 20000))
    [[ $used == *" $(printf %04X "$port") "* ]] && continue
    used+="$(printf %04X "$port") "
    echo "$port"
    left=$((left - 1))
  done
}

# server_run LOG SIGNAL COMMAND...: in the background, output appended to LOG;
# sets SERVER_PID.  The end of this shell sends it SIGNAL.
server_run() {
  local log=$1 signal=$2
  shift 2
  setpriv --pdeathsig "$signal" "$@" >>"$log" 2>&1 </dev/null &
  SERVER_PID=$!
  disown "$SERVER_PID" # bash is not to report its end
}

server_runs() { # PID
  [[ -n ${1:-} && $(ps -o stat= -p "$1") == [!Z]* ]]
}

# server_until COMMAND...: polls, PATIENCE seconds at most.
server_until() {
  local end=$((SECONDS + ${PATIENCE:-60}))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

server_gone() {
  ! server_runs "$1"
}

# server_end PID SIGNAL: and waits until it is gone; a paused one goes too.
server_end() {
  server_runs "$1" || return 0
  kill -"$2" "$1" 2>/dev/null || true
  kill -CONT "$1" 2>/dev/null || true
  server_until server_gone "$1"
}
